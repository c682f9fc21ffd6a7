using System.Text.RegularExpressions;
using Trading.Coverage;

namespace Trading.Architecture.Tests;

/// <summary>What the specification of the data manager asks of sources and documents.</summary>
public sealed partial class DataManagerTests
{
    private static string Root { get; } = CoverageTable.FindRoot(AppContext.BaseDirectory);

    /// <summary>The parts of the data manager, and the parts that each of them must do without, so that it can be tested without them.</summary>
    public static TheoryData<string, string[]> Parts => new()
    {
        { "providers", ["Store", "Resampling", "Validation", "Updates", "Parquet"] },
        { "store", ["Providers", "Resampling", "Validation", "Updates", "Parquet"] },
        { "parquet", ["Providers", "Resampling", "Validation", "Updates", "Markets"] },
        { "resampling", ["Providers", "Validation", "Updates", "Parquet"] },
        { "validation", ["Providers", "Resampling", "Updates", "Parquet"] },
        { "updates", ["Providers", "Resampling", "Parquet"] },
    };

    [Theory]
    [Trait("req", "OHLCV-005")]
    [MemberData(nameof(Parts))]
    public void A_part_of_the_data_manager_is_built_without_the_others(string folder, string[] others)
    {
        var files = Directory.GetFiles(Path.Combine(Root, "market-data", folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var used = files.SelectMany(file => Used().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet();
        Assert.Empty(used.Intersect(others));
    }

    [GeneratedRegex(@"\bTrading\.MarketData\.(\w+)")]
    private static partial Regex Used();
}

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

    /// <summary>The wishes of section 17 have their measured numbers beside what they were measured against.</summary>
    [Theory]
    [Trait("req", "OHLCV-183")]
    [InlineData("store", "symbol-year", "M rows/s", "ReadAllBytes")]
    [InlineData("store", "1, 100 and 1,000 stored days", "µs")]
    [InlineData("store", "memory of that page", "KiB")]
    [InlineData("store", "million rows", "M rows/s", "sync")]
    [InlineData("resample", "daily", "M rows/s", "pandas")]
    public void The_performance_of_the_data_manager_is_published(string benchmark, params string[] parts)
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "performance.md"));
        var results = page[page.IndexOf("## Results", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith($"| `{benchmark}`", StringComparison.Ordinal));
        Assert.Contains(results, line => parts.All(part => line.Contains(part, StringComparison.Ordinal)) && line.Any(char.IsAsciiDigit));
        Assert.Contains($"| `{benchmark}` | ", page, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\bTrading\.MarketData\.(\w+)")]
    private static partial Regex Used();
}

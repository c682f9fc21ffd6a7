using System.Text.RegularExpressions;
using Trading.Coverage;

namespace Trading.Architecture.Tests;

/// <summary>What the documents name has to exist, so that a renamed file takes its description along.</summary>
public sealed partial class DocumentTests
{
    private static string Root { get; } = CoverageTable.FindRoot(AppContext.BaseDirectory);

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_file_that_a_page_names_or_links_exists(string page)
    {
        var text = File.ReadAllText(Path.Combine(Root, page));
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var named = NamedFile().Matches(text).Select(match => Path.Combine(Root, match.Groups[1].Value));
        var linked = Link().Matches(text).Select(match => Path.Combine(folder, match.Groups[1].Value));
        Assert.Empty(named.Concat(linked).Where(file => !File.Exists(file)).Select(file => Path.GetRelativePath(Root, file)));
    }

    [Fact]
    public void Every_decision_is_in_the_list_of_decisions()
    {
        var list = File.ReadAllText(Path.Combine(Root, "docs", "decisions", "README.md"));
        var decisions = Directory.EnumerateFiles(Path.Combine(Root, "docs", "decisions"), "0*.md").Select(file => Path.GetFileName(file)!);
        Assert.DoesNotContain(decisions, name => !list.Contains($"]({name})", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("req", "OHLCV-183")]
    [InlineData("store", "page of one day", "1, 100 and 1,000 stored days")]
    [InlineData("store", "cold read of a symbol-year", "rows of 252 files")]
    [InlineData("resample", "`daily`", "M rows/s")]
    [InlineData("resample", "`5min`", "M rows/s")]
    public void The_numbers_of_the_data_managers_wishes_have_a_benchmark_and_are_published(string benchmark, string what, string number)
    {
        Assert.Contains($"[\"{benchmark}\"] =", File.ReadAllText(Path.Combine(Root, "benchmarks", "Program.cs")), StringComparison.Ordinal);
        var results = File.ReadAllText(Path.Combine(Root, "docs", "performance.md")).Split("## Results")[1].Split('\n');
        Assert.Contains(results, line => line.StartsWith($"| `{benchmark}`", StringComparison.Ordinal) && line.Contains(what, StringComparison.Ordinal) && line.Contains(number, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`((?:engine|market-data|protocol|grain-interfaces|grains|storage|embedded|silo|gateway|benchmarks|tests|examples|tools)/[\w/.-]+\.(?:cs|py|json|txt|csproj))`")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"\]\(([\w/.-]+\.md)\)")]
    private static partial Regex Link();
}

using System.Text.RegularExpressions;
using Trading.Coverage;

namespace Trading.Architecture.Tests;

/// <summary>Rules of the house that are about the text of the sources.</summary>
public sealed partial class SourceTests
{
    /// <summary>Longer files need a reason; here they are.</summary>
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal);

    private static string Root { get; } = CoverageTable.FindRoot(AppContext.BaseDirectory);

    [Fact]
    public void No_source_file_is_over_500_lines_without_a_reason() =>
        Assert.Empty(Sources("*.cs").Where(file => File.ReadLines(file).Count() > 500).Select(Name).Except(LongFiles.Keys));

    [Fact]
    public void Nothing_is_marked_to_be_done_later() =>
        Assert.Empty(Sources("*.cs").Where(file => Unfinished().IsMatch(File.ReadAllText(file))).Select(Name));

    [Fact]
    public void No_test_is_skipped_in_the_source() =>
        Assert.Empty(Sources("*.cs").Where(file => SkippedTest().IsMatch(File.ReadAllText(file))).Select(Name));

    [Fact]
    public void Only_project_files_the_runtime_itself_and_one_composition_file_per_executable_know_which_actor_runtime_is_built()
    {
        string[] may = ["silo/Composition/", "gateway/host/Composition/", "tests/actors/", "tests/grains/", "benchmarks/"];
        var know = Sources("*.cs").Where(file => File.ReadAllText(file).Contains("ACTORS_" + "EMBEDDED", StringComparison.Ordinal) || File.ReadAllText(file).Contains("ACTORS_" + "ORLEANS", StringComparison.Ordinal)).Select(Name).ToList();
        Assert.DoesNotContain(know, name => !Array.Exists(may, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.All(know.GroupBy(name => string.Join('/', name.Split('/').Take(name.StartsWith("tests/", StringComparison.Ordinal) ? 2 : 1))), group => Assert.Single(group));
    }

    [Fact]
    public void The_coverage_page_is_what_the_tests_say_and_every_id_in_scope_has_a_test()
    {
        var table = CoverageTable.Read(Root);
        Assert.Empty(table.Missing);
        Assert.Equal(table.ToMarkdown(), File.ReadAllText(Path.Combine(Root, "docs", "coverage.md")));
    }

    private static IEnumerable<string> Sources(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(file => !Name(file).StartsWith("artifacts/", StringComparison.Ordinal) && !Name(file).Contains("/obj/", StringComparison.Ordinal));

    private static string Name(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|NotImplemented" + "Exception")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(Fact|Theory)\([^)]*Sk" + @"ip\s*=\s*""")]
    private static partial Regex SkippedTest();
}

using System.Reflection;
using System.Text.RegularExpressions;
using Trading.Gateway.Rest.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

/// <summary>The page about the data routes shows what the routes take and answer.</summary>
public sealed partial class DocumentTests
{
    private static string Page { get; } = File.ReadAllText(Path.Combine(Root(), "docs", "data-api.md"));

    [Fact]
    public async Task Every_example_of_the_page_is_one_of_the_description_or_a_real_answer()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (_, error) = await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/NVDA?page_size=10001");
        var examples = typeof(DataExamples).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(field => (string)field.GetRawConstantValue()!).Append(error).ToHashSet();
        var shown = Block().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(11, shown.Count);
        Assert.Empty(shown.Except(examples));
    }

    [Fact]
    public async Task Every_described_data_route_is_on_the_page()
    {
        await using var gateway = await TestGateway.StartAsync();
        var paths = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").EnumerateObject().Select(path => path.Name.Replace("{requestId}", "{request_id}", StringComparison.Ordinal));
        Assert.All(paths.Where(path => path.StartsWith("/trading-data", StringComparison.Ordinal) || path.StartsWith("/nightly-update", StringComparison.Ordinal) || path.StartsWith("/data-analysis", StringComparison.Ordinal)), path => Assert.Contains(path, Page, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Trading.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("```json\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

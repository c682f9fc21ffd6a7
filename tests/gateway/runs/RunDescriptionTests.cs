using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Trading.Gateway.Rest.Runs;
using Trading.GrainInterfaces.Runs;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

/// <summary>The description of the routes of runs, their page, and the routes themselves say the same.</summary>
public sealed partial class RunDescriptionTests
{
    private static string Page { get; } = File.ReadAllText(Path.Combine(Root(), "docs", "runs.md"));

    public static TheoryData<string, string, string> Routes => new()
    {
        { "post", "/backtests", "202" },
        { "get", "/backtests", "200" },
        { "get", "/backtests/{id}", "200" },
        { "delete", "/backtests/{id}", "200" },
        { "post", "/sweeps", "202" },
        { "get", "/sweeps", "200" },
        { "get", "/sweeps/{id}", "200" },
        { "get", "/sweeps/{id}/results", "200" },
        { "delete", "/sweeps/{id}", "200" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_real_answer_and_the_example_have_the_described_fields(string method, string route, string status)
    {
        await using var gateway = await TestGateway.StartAsync();
        var isBacktest = route.StartsWith("/backtests", StringComparison.Ordinal);
        var id = await RunHttp.StartAsync(gateway, isBacktest ? "/backtests" : "/sweeps", isBacktest ? RunHttp.Backtest : RunHttp.Sweep);
        gateway.Grains.ServerRuns.At("user_a", id).Change = run => run with
        {
            State = RunState.Running,
            StartedAt = 1,
            EndedAt = 2,
            TicksTotal = 10,
            Best = FakeRun.Result(1),
            Hash = "cc",
            Error = new RunError("code", "message"),
        };
        var document = await GetAsync(gateway, "/openapi/v1.json");
        var operation = document.GetProperty("paths").GetProperty(route).GetProperty(method);
        var media = operation.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/json");
        var (_, text) = await SendAsync(gateway, new HttpMethod(method), route.Replace("{id}", id, StringComparison.Ordinal), method == "post" ? isBacktest ? RunHttp.Backtest : RunHttp.Sweep : null);
        DescriptionTests.Match(document, media.GetProperty("schema"), JsonDocument.Parse(text).RootElement, "answer", exactly: !isBacktest);
        var example = media.GetProperty("example").GetRawText();
        if (route != "/backtests/{id}" || method != "get") DescriptionTests.Match(document, media.GetProperty("schema"), JsonDocument.Parse(example).RootElement, "example", exactly: false);
        var refusals = operation.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).Where(code => code[0] == '4' || code[0] == '5');
        Assert.Superset(new HashSet<string> { "401", "403", "503" }, refusals.ToHashSet());
    }

    [Theory]
    [InlineData("/backtests")]
    [InlineData("/sweeps")]
    public async Task The_example_of_a_request_is_accepted(string route)
    {
        await using var gateway = await TestGateway.StartAsync();
        var body = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").GetProperty(route).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        await RunHttp.StartAsync(gateway, route, body.GetProperty("example").GetRawText());

        // every field that is read is described
        var schema = body.GetProperty("schema");
        if (schema.TryGetProperty("$ref", out var reference)) schema = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        Assert.Equal(
            ["commission_per_share", "data_provider", "data_version", "end", "execution", "extended_hours", "fractional_quantity", "initial_cash", "slippage_bps", "start", "strategy", "symbols"],
            Names(schema.GetProperty("properties")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_example_of_the_page_is_one_of_the_description_or_a_real_answer()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (_, error, _) = await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.With(RunHttp.Sweep, "strategy.fast", "[5,501]"));
        var examples = typeof(RunExamples).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(field => (string)field.GetRawConstantValue()!).Append(error).ToHashSet();
        var shown = Block().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.True(shown.Count >= 8, $"only {shown.Count} examples");
        Assert.Empty(shown.Except(examples));
    }

    [Fact]
    public async Task Every_described_route_is_on_the_page()
    {
        await using var gateway = await TestGateway.StartAsync();
        var paths = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").EnumerateObject().Select(path => path.Name);
        Assert.All(paths.Where(path => path.StartsWith("/backtests", StringComparison.Ordinal) || path.StartsWith("/sweeps", StringComparison.Ordinal)), path => Assert.Contains(path, Page, StringComparison.Ordinal));
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

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Trading.GrainInterfaces.Runs;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

/// <summary>Who may see which run, and what a repeated or refused request does.</summary>
public sealed class RunAccessTests
{
    private const string Nobody = "0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21";

    private static readonly (HttpMethod Method, string Path, string? Body)[] Routes =
    [
        (HttpMethod.Post, "/backtests", RunHttp.Backtest),
        (HttpMethod.Get, "/backtests", null),
        (HttpMethod.Get, "/backtests/{id}", null),
        (HttpMethod.Delete, "/backtests/{id}", null),
        (HttpMethod.Post, "/sweeps", RunHttp.Sweep),
        (HttpMethod.Get, "/sweeps", null),
        (HttpMethod.Get, "/sweeps/{id}", null),
        (HttpMethod.Get, "/sweeps/{id}/results", null),
        (HttpMethod.Delete, "/sweeps/{id}", null),
    ];

    [Fact]
    public async Task Every_route_takes_a_key_or_a_token_and_nothing_else_prefixed_or_not()
    {
        await using var gateway = await TestGateway.StartAsync();
        var ids = new Dictionary<string, string> { ["/backtests"] = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest), ["/sweeps"] = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep) };
        foreach (var (method, route, body) in Routes)
        {
            foreach (var prefix in (string[])["", "/api/v1"])
            {
                var path = prefix + route.Replace("{id}", ids["/" + route.Split('/')[1]], StringComparison.Ordinal);
                Assert.True((int)(await SendAsync(gateway, method, path, body)).Status is 200 or 202);
                Assert.True((int)(await BearerAsync(gateway, method, path, body, gateway.Token())).Status is 200 or 202);
                Refused(await SendAsync(gateway, method, path, body, key: null), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
                Refused(await SendAsync(gateway, method, path, body, key: "sk_live_unknown"), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
                Refused(await SendAsync(gateway, method, path, body, key: "sk_live_disabled"), HttpStatusCode.Forbidden, "KEY_DISABLED");
                Refused(await BearerAsync(gateway, method, path, body, "not.a.token"), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
            }
        }
    }

    [Fact]
    public async Task The_routes_under_test_are_all_that_runs_have()
    {
        await using var gateway = await TestGateway.StartAsync();
        var paths = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").EnumerateObject();
        var described = paths.SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
            .Where(route => route.Contains("/backtests", StringComparison.Ordinal) || route.Contains("/sweeps", StringComparison.Ordinal));
        Assert.Equal(Routes.Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_users_run_is_not_found_and_not_listed_and_cannot_be_ended()
    {
        await using var gateway = await TestGateway.StartAsync();
        var backtest = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest);
        var sweep = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep);
        Refused(await SendAsync(gateway, HttpMethod.Get, "/backtests/" + backtest, key: "sk_live_b"), HttpStatusCode.NotFound, "UNKNOWN_BACKTEST");
        Refused(await SendAsync(gateway, HttpMethod.Delete, "/backtests/" + backtest, key: "sk_live_b"), HttpStatusCode.NotFound, "UNKNOWN_BACKTEST");
        Refused(await SendAsync(gateway, HttpMethod.Get, $"/sweeps/{sweep}/results", key: "sk_live_b"), HttpStatusCode.NotFound, "UNKNOWN_SWEEP");
        Refused(await SendAsync(gateway, HttpMethod.Delete, "/sweeps/" + sweep, key: "sk_live_b"), HttpStatusCode.NotFound, "UNKNOWN_SWEEP");
        Assert.Empty(Ok(await SendAsync(gateway, HttpMethod.Get, "/backtests", key: "sk_live_b")).GetProperty("backtests").EnumerateArray());
        Assert.Empty(Ok(await SendAsync(gateway, HttpMethod.Get, "/sweeps", key: "sk_live_b")).GetProperty("sweeps").EnumerateArray());
        Assert.Equal("queued", (await GetAsync(gateway, "/backtests/" + backtest)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_run_of_the_other_kind_is_not_found()
    {
        await using var gateway = await TestGateway.StartAsync();
        var backtest = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest);
        var sweep = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep);
        Refused(await SendAsync(gateway, HttpMethod.Get, "/sweeps/" + backtest), HttpStatusCode.NotFound, "UNKNOWN_SWEEP");
        Refused(await SendAsync(gateway, HttpMethod.Get, $"/sweeps/{backtest}/results"), HttpStatusCode.NotFound, "UNKNOWN_SWEEP");
        Refused(await SendAsync(gateway, HttpMethod.Delete, "/backtests/" + sweep), HttpStatusCode.NotFound, "UNKNOWN_BACKTEST");
        Assert.Equal("queued", (await GetAsync(gateway, "/sweeps/" + sweep)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(Nobody)]
    [InlineData("not-a-uuid")]
    [InlineData("..%2Fuser_b")]
    public async Task An_id_that_is_none_is_not_found(string id)
    {
        await using var gateway = await TestGateway.StartAsync();
        Refused(await SendAsync(gateway, HttpMethod.Get, "/backtests/" + id), HttpStatusCode.NotFound, "UNKNOWN_BACKTEST");
        Refused(await SendAsync(gateway, HttpMethod.Delete, "/sweeps/" + id), HttpStatusCode.NotFound, "UNKNOWN_SWEEP");
    }

    [Fact]
    public async Task A_request_with_a_key_of_the_callers_may_be_repeated()
    {
        await using var gateway = await TestGateway.StartAsync();
        var first = await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep, idempotencyKeys: "monday 1");
        var again = await RunHttp.PostAsync(gateway, "/api/v1/sweeps", RunHttp.Sweep, idempotencyKeys: "monday 1");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal(Id(first.Text), Id(again.Text));

        // another key, another user, another kind: another run
        string[] ids =
        [
            Id(first.Text), Id((await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep, idempotencyKeys: "monday 2")).Text), Id((await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep)).Text),
            Id((await RunHttp.PostAsync(gateway, "/backtests", RunHttp.Backtest, idempotencyKeys: "monday 1")).Text), Id((await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep)).Text),
        ];
        Assert.Distinct(ids);
        Assert.All(ids, id => Assert.True(Guid.TryParseExact(id, "D", out _)));
        var other = await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep, "sk_live_b", "monday 1");
        Assert.Equal(HttpStatusCode.Accepted, other.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text, _) = await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.Sweep, idempotencyKeys: key);
        Refused((status, text), HttpStatusCode.BadRequest, "INVALID_IDEMPOTENCY_KEY");
        Assert.Empty(gateway.Grains.ServerRuns.Begun);
    }

    [Theory]
    [InlineData(RunProblemKind.Invalid, HttpStatusCode.UnprocessableEntity)]
    [InlineData(RunProblemKind.Conflict, HttpStatusCode.Conflict)]
    [InlineData(RunProblemKind.Limit, HttpStatusCode.TooManyRequests)]
    [InlineData(RunProblemKind.Unavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task What_the_run_refuses_is_told_with_its_status(RunProblemKind kind, HttpStatusCode expected)
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.ServerRuns.Refusal = new RunProblem(kind, "SOME_CODE", "no", "strategy"));
        var (status, text, location) = await RunHttp.PostAsync(gateway, "/backtests", RunHttp.Backtest);
        Refused((status, text), expected, "SOME_CODE");
        Assert.Null(location);
    }

    [Fact]
    public async Task A_run_that_cannot_be_asked_is_unavailable_and_no_key_is_logged()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest);
        gateway.Grains.ServerRuns.At("user_a", id).Change = _ => throw new TimeoutException("the silo is gone");
        Refused(await SendAsync(gateway, HttpMethod.Get, "/backtests/" + id), HttpStatusCode.ServiceUnavailable, "RUNS_UNAVAILABLE");
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains("sk_live_a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lists_are_paged_newest_first()
    {
        await using var gateway = await TestGateway.StartAsync();
        var ids = new List<string>();
        for (var at = 0; at < 5; at++) ids.Insert(0, await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep));
        var all = await GetAsync(gateway, "/sweeps");
        Assert.Equal(ids, all.GetProperty("sweeps").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        var page = await GetAsync(gateway, "/sweeps?page=2&page_size=2");
        Assert.Equal(ids[2..4], page.GetProperty("sweeps").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        Assert.Equal("""{"page":2,"page_size":2,"total_items":5,"total_pages":3,"has_next":true,"has_previous":true}""", page.GetProperty("pagination").GetRawText());
        Assert.Empty((await GetAsync(gateway, "/backtests")).GetProperty("backtests").EnumerateArray());
        Refused(await SendAsync(gateway, HttpMethod.Get, "/sweeps?page_size=101"), HttpStatusCode.UnprocessableEntity, "INVALID_FIELD", "page_size");
        Refused(await SendAsync(gateway, HttpMethod.Get, "/backtests?state=running"), HttpStatusCode.UnprocessableEntity, "UNKNOWN_FIELD", "state");
    }

    private static string Id(string text) => JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;

    private static async Task<(HttpStatusCode Status, string Text)> BearerAsync(TestGateway gateway, HttpMethod method, string path, string? body, string token)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await gateway.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

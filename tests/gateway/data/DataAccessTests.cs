using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class DataAccessTests
{
    private const string Analysis = """{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-15"}""";

    private static readonly (HttpMethod Method, string Path, string? Body)[] Routes =
    [
        (HttpMethod.Get, "/trading-data/data/KO", null),
        (HttpMethod.Get, "/trading-data/symbols", null),
        (HttpMethod.Post, "/data-analysis/completeness", Analysis),
        (HttpMethod.Post, "/nightly-update/start", null),
        (HttpMethod.Get, "/nightly-update/active", null),
        (HttpMethod.Get, $"/nightly-update/status/{FakeUpdate.Id}", null),
        (HttpMethod.Get, $"/nightly-update/status/{FakeUpdate.Id}/progress", null),
        (HttpMethod.Get, $"/nightly-update/status/{FakeUpdate.Id}/details", null),
        (HttpMethod.Delete, $"/nightly-update/{FakeUpdate.Id}", null),
    ];

    private static async Task<TestGateway> StartAsync(params (string Name, string Value)[] settings) => await TestGateway.StartAsync(
        grains =>
        {
            var update = grains.Data.Update(FakeUpdate.Id);
            update.Status = new(FakeUpdate.Id, UpdateState.InProgress, 0, 1, 0, null, UpdatePhase.Waiting, 0, null, []);
            update.Progress = [];
            update.Details = new(FakeUpdate.Id, UpdateState.Completed, true, 0, 1, [], []);
            update.Cancelling = _ => true;
        },
        settings);

    [Fact]
    [Trait("req", "OHLCV-198")]
    public async Task Every_route_takes_a_key_or_a_token_and_nothing_else_prefixed_or_not()
    {
        await using var gateway = await StartAsync();
        foreach (var (method, path, body) in Routes)
        {
            foreach (var prefix in new[] { "", "/api/v1" })
            {
                Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, method, prefix + path, body)).Status);
                Assert.Equal(HttpStatusCode.OK, (await BearerAsync(gateway, method, prefix + path, body, gateway.Token())).Status);
                Refused(await SendAsync(gateway, method, prefix + path, body, key: null), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
                Refused(await SendAsync(gateway, method, prefix + path, body, key: "sk_live_unknown"), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
                Refused(await SendAsync(gateway, method, prefix + path, body, key: "sk_live_disabled"), HttpStatusCode.Forbidden, "KEY_DISABLED");
                Refused(await BearerAsync(gateway, method, prefix + path, body, "not.a.token"), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
                Refused(await SendAsync(gateway, method, $"{prefix}{path}?token={gateway.Token()}", body, key: null), HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED");
            }
        }
    }

    [Fact]
    [Trait("req", "OHLCV-199")]
    public async Task The_data_routes_are_rest_only_and_the_page_says_so()
    {
        await using var gateway = await StartAsync();
        foreach (var (_, path, _) in Routes)
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {gateway.Token()}");
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{gateway.Address.Authority}{path}"), default));
            Assert.Equal(WebSocketError.NotAWebSocket, refused.WebSocketErrorCode);
        }

        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "docs", "data-api.md"));
        Assert.Contains("There is no WebSocket form of data access (OHLCV-199)", page, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-198")]
    public async Task Nothing_is_asked_of_the_data_manager_for_a_caller_without_a_key()
    {
        await using var gateway = await StartAsync();
        foreach (var (method, path, body) in Routes) await SendAsync(gateway, method, path, body, key: null);
        Assert.Empty(gateway.Grains.Data.Pages);
        Assert.Empty(gateway.Grains.Data.Started);
        Assert.Empty(gateway.Grains.Data.Analyses);
    }

    [Fact]
    [Trait("req", "OHLCV-198")]
    public async Task The_routes_under_test_are_all_that_the_data_manager_has()
    {
        await using var gateway = await StartAsync();
        var paths = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").EnumerateObject();
        var described = paths.SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
            .Where(route => new[] { "/trading-data", "/data-analysis", "/nightly-update" }.Any(part => route.Contains(part, StringComparison.Ordinal)));
        Assert.Equal(Routes.Select(route => $"{route.Method} {route.Path.Replace("data/KO", "data/{symbol}", StringComparison.Ordinal).Replace(FakeUpdate.Id, "{requestId}", StringComparison.Ordinal)}").Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("req", "OHLCV-198")]
    public async Task With_operators_named_only_they_change_data_and_everybody_reads()
    {
        await using var gateway = await StartAsync(("Data:Operators:0", "user_b"));
        const string fill = """{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-15","auto_fill_gaps":true}""";
        foreach (var (method, path, body) in new[] { (HttpMethod.Post, "/nightly-update/start", null), (HttpMethod.Delete, $"/nightly-update/{FakeUpdate.Id}", null), (HttpMethod.Post, "/data-analysis/completeness", (string?)fill) })
        {
            Refused(await SendAsync(gateway, method, path, body), HttpStatusCode.Forbidden, "OPERATOR_REQUIRED");
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, method, path, body, key: "sk_live_b")).Status);
        }

        foreach (var (method, path, body) in Routes.Where(route => route.Method == HttpMethod.Get || route.Body is not null)) Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, method, path, body)).Status);
    }

    [Fact]
    [Trait("req", "OHLCV-015")]
    public async Task Neither_key_nor_token_is_logged()
    {
        await using var gateway = await StartAsync();
        var token = gateway.Token();
        gateway.Grains.Data.Page = _ => throw new InvalidOperationException("broken");
        foreach (var (method, path, body) in Routes)
        {
            await SendAsync(gateway, method, path, body);
            await BearerAsync(gateway, method, path, body, token);
        }

        Assert.Contains(gateway.Logs.Lines, line => line.Contains("A data request to", StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains("sk_live_a", StringComparison.Ordinal) || line.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("req", "OHLCV-197")]
    public async Task No_candle_reaches_a_simulation_client_over_its_connection()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""{"type":"start_simulation"}""");
        var seen = new List<string>();
        for (var tick = 0; tick < 20; tick++)
        {
            var message = await client.ReceiveAsync();
            seen.Add(message.GetRawText());
            if (message.GetProperty("type").GetString() == "tick") await client.SendAsync(TestClient.Ack(message.GetProperty("data").GetProperty("sequence_id").GetInt32()));
        }

        Assert.Contains(seen, text => text.Contains("\"tick\"", StringComparison.Ordinal));
        foreach (var field in new[] { "candles\":[", "\"open\"", "\"high\"", "\"low\"", "\"volume\"" }) Assert.DoesNotContain(seen, text => text.Contains(field, StringComparison.Ordinal));
        await client.SendAsync("""{"type":"get_candles","data":{"symbol":"KO"}}""");
        JsonElement answer;
        do answer = await client.ReceiveAsync();
        while (answer.GetProperty("type").GetString() == "tick");
        Assert.Equal("UNKNOWN_MESSAGE_TYPE", answer.GetProperty("data").GetProperty("error_code").GetString());
    }

    private static async Task<(HttpStatusCode Status, string Text)> BearerAsync(TestGateway gateway, HttpMethod method, string path, string? body, string token)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await gateway.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string RepositoryRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent!;
        return at.FullName;
    }
}

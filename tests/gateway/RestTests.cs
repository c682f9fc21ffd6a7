using System.Net;
using System.Text.Json;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Gateway.Tests;

public sealed class RestTests
{
    private static readonly DateTimeOffset Reset = new(2026, 2, 3, 10, 0, 0, TimeSpan.Zero);

    internal static JsonElement AssertErrorPayload(string body, string code, string type)
    {
        var error = JsonDocument.Parse(body).RootElement;
        Assert.Equal(code, error.GetProperty("error_code").GetString());
        Assert.Equal(type, error.GetProperty("error_type").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Contains(error.GetProperty("severity").GetString(), new[] { "warning", "error", "fatal" });
        Assert.True(error.GetProperty("recoverable").ValueKind is JsonValueKind.True or JsonValueKind.False);
        Assert.Equal(JsonValueKind.Object, error.GetProperty("context").ValueKind);
        return error;
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(TestGateway gateway, HttpMethod method, string path, string? key = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null) request.Headers.TryAddWithoutValidation("X-API-Key", key);
        if (bearer is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
        using var answer = await gateway.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("req", "SIM-019")]
    [Trait("req", "SIM-026")]
    [Trait("req", "SIM-028")]
    [Trait("req", "SIM-033")]
    [Trait("req", "SIM-035")]
    public async Task A_valid_key_is_exchanged_for_a_token_with_all_five_fields()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, body) = await SendAsync(gateway, HttpMethod.Post, "/auth/token", key: "sk_live_a");
        Assert.Equal(HttpStatusCode.OK, status);
        var answer = JsonDocument.Parse(body).RootElement;
        Assert.Equal(["access_token", "expires_in", "token_type", "user_id", "plan"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal((3_600, "Bearer", "user_a", "professional"), (answer.GetProperty("expires_in").GetInt32(), answer.GetProperty("token_type").GetString(), answer.GetProperty("user_id").GetString(), answer.GetProperty("plan").GetString()));
        Assert.Equal("key-a", gateway.Tokens.Verify(answer.GetProperty("access_token").GetString())!.KeyId);
    }

    [Theory]
    [Trait("req", "SIM-045")]
    [InlineData(true, "/auth/limits")]
    [InlineData(true, "/trading-data/symbols")]
    [InlineData(true, "/trading-data/data/KO?page_size=1")]
    [InlineData(true, "/nightly-update/active")]
    [InlineData(true, "/sweeps")]
    [InlineData(true, "/backtests")]
    [InlineData(false, "/sessions/s/report")]
    [InlineData(false, "/sessions/s/orders/o")]
    [InlineData(false, "/sessions/s/portfolio")]
    public async Task Every_call_of_a_route_carries_its_user_to_the_silo(bool takesKeys, string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        await SendAsync(gateway, HttpMethod.Get, path, bearer: gateway.Token("user_b"));
        Assert.NotEmpty(gateway.Grains.Callers);
        Assert.All(gateway.Grains.Callers, caller => Assert.Equal("user_b", caller));
        if (!takesKeys) return;
        gateway.Grains.Callers.Clear();
        await SendAsync(gateway, HttpMethod.Get, path, key: "sk_live_a");
        Assert.NotEmpty(gateway.Grains.Callers);
        Assert.All(gateway.Grains.Callers, caller => Assert.Equal("user_a", caller));
    }

    [Fact]
    [Trait("req", "SIM-045")]
    public async Task Every_call_of_a_connection_carries_its_user_to_the_silo()
    {
        await using var gateway = await TestGateway.StartAsync();
        using (await gateway.CreateAsync())
        {
            Assert.NotEmpty(gateway.Grains.Callers);
            Assert.All(gateway.Grains.Callers, caller => Assert.Equal("user_a", caller));
        }
    }

    [Theory]
    [Trait("req", "SIM-029")]
    [Trait("req", "SIM-030")]
    [Trait("req", "SIM-032")]
    [InlineData(null, HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED")]
    [InlineData("", HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED")]
    [InlineData("sk_live_unknown", HttpStatusCode.Unauthorized, "AUTHENTICATION_FAILED")]
    [InlineData("sk_live_disabled", HttpStatusCode.Forbidden, "KEY_DISABLED")]
    public async Task A_bad_key_is_answered_with_the_payload_of_an_error(string? key, HttpStatusCode status, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/auth/token"), (HttpMethod.Get, "/auth/limits") })
        {
            var answer = await SendAsync(gateway, method, path, key);
            Assert.Equal(status, answer.Status);
            AssertErrorPayload(answer.Body, code, "connection");
        }
    }

    [Fact]
    [Trait("req", "SIM-031")]
    [Trait("req", "SIM-032")]
    public async Task Too_many_token_requests_are_answered_with_429_and_when_to_come_back()
    {
        await using var gateway = await TestGateway.StartAsync(grains =>
            grains.Tenant("user_a").TokenVerdict = new LimitVerdict(false, "token_requests", "60 requests/minute", 61, 60, Reset, "professional", "RATE_LIMIT_EXCEEDED", false));
        var (status, body) = await SendAsync(gateway, HttpMethod.Post, "/auth/token", key: "sk_live_a");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        var error = AssertErrorPayload(body, "RATE_LIMIT_EXCEEDED", "rate_limit");
        Assert.Equal(2_700_000, error.GetProperty("retry_after_ms").GetInt64());
        Assert.Equal(("60 requests/minute", 61, "2026-02-03T10:00:00Z", "professional"), (error.GetProperty("context").GetProperty("limit").GetString(), error.GetProperty("context").GetProperty("current_usage").GetInt32(), error.GetProperty("context").GetProperty("reset_time").GetString(), error.GetProperty("context").GetProperty("plan").GetString()));
    }

    [Theory]
    [Trait("req", "SIM-040")]
    [Trait("req", "SIM-041")]
    [InlineData("sk_live_a", false)]
    [InlineData(null, true)]
    public async Task Limits_are_read_with_a_key_or_a_token(string? key, bool bearer)
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Tenant("user_a").View = new LimitsView(
            "professional",
            new Dictionary<string, long> { ["sessions_per_hour"] = 50, ["concurrent_sessions"] = 10 },
            new Dictionary<string, long> { ["sessions_per_hour"] = 3 },
            new Dictionary<string, DateTimeOffset> { ["sessions_per_hour"] = Reset }));
        var (status, body) = await SendAsync(gateway, HttpMethod.Get, "/auth/limits", key, bearer ? gateway.Token() : null);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"plan":"professional","limits":{"sessions_per_hour":50,"concurrent_sessions":10},"usage":{"sessions_per_hour":3},"reset_times":{"sessions_per_hour":"2026-02-03T10:00:00Z"}}""", body);
    }

    [Fact]
    [Trait("req", "SIM-045")]
    [Trait("req", "SIM-046")]
    public async Task Reports_orders_and_portfolios_are_the_owners_and_do_not_exist_for_others()
    {
        var fill = new FillOutput(1, "o-1", "KO", OrderSide.Buy, 10_000_000_000, 6_310_000_000, 6_310_000_000, 1_721_136_600_000_000, 5_000_000_000_000_000, 0, false, 0, FillReason.LimitTouched, 1);
        var order = new OrderRecord("o-1", 1, new ClientOrder { OrderId = "o-1", Symbol = "KO", Side = OrderSide.Buy, Type = OrderType.StopLimit, TimeInForce = TimeInForce.GoodTilCancelled, Quantity = 10_000_000_000, Price = 6_310_000_000 }, "mean-rev", OrderState.PartiallyFilled, Reason.None, 0, [new OrderTransition(OrderState.Accepted, Reason.None, 1_721_136_600_000_000, 1)], [fill]);
        await using var gateway = await TestGateway.StartAsync(grains =>
        {
            grains.Session("user_a", "s").Report = "{\"result_hash\":\"00ff\"}";
            grains.Orders["user_a/s/o-1"] = order;
            grains.Portfolios["user_a/s"] = new PortfolioView(7, 1_721_136_600_000_000, FakeSession.Account, [new EquityPoint(1_721_136_600_000_000, 10_000_000_000_000_000)]);
        });
        foreach (var path in new[] { "/sessions/s/report", "/sessions/s/orders/o-1", "/sessions/s/portfolio" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(gateway, HttpMethod.Get, path)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(gateway, HttpMethod.Get, path + "?token=" + gateway.Token())).Status);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, HttpMethod.Get, path, bearer: gateway.Token())).Status);
            var foreign = await SendAsync(gateway, HttpMethod.Get, path, bearer: gateway.Token("user_b"));
            var missing = await SendAsync(gateway, HttpMethod.Get, path.Replace("/s/", "/other/", StringComparison.Ordinal), bearer: gateway.Token());
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (foreign.Status, missing.Status));
            Assert.Equal(missing.Body, foreign.Body);
        }

        var record = JsonDocument.Parse((await SendAsync(gateway, HttpMethod.Get, "/sessions/s/orders/o-1", bearer: gateway.Token())).Body).RootElement;
        Assert.Equal(("partially_filled", "stop_limit", "gtc", "100", "63.10"), (record.GetProperty("status").GetString(), record.GetProperty("intent").GetProperty("type").GetString(), record.GetProperty("intent").GetProperty("time_in_force").GetString(), record.GetProperty("intent").GetProperty("quantity").GetString(), record.GetProperty("fills")[0].GetProperty("executed_price").GetString()));
        var portfolio = JsonDocument.Parse((await SendAsync(gateway, HttpMethod.Get, "/sessions/s/portfolio", bearer: gateway.Token())).Body).RootElement;
        Assert.Equal(("50000.00", "1.00"), (portfolio.GetProperty("account").GetProperty("cash").GetString(), portfolio.GetProperty("equity_curve")[0].GetProperty("equity").GetString()));
    }

    [Fact]
    public async Task The_routes_are_described()
    {
        await using var gateway = await TestGateway.StartAsync();
        var paths = JsonDocument.Parse((await SendAsync(gateway, HttpMethod.Get, "/openapi/v1.json", bearer: gateway.Token())).Body).RootElement.GetProperty("paths");
        string[] expected =
        [
            "/auth/limits", "/auth/token", "/backtests", "/backtests/{id}", "/data-analysis/completeness", "/health", "/nightly-update/active", "/nightly-update/start", "/nightly-update/status/{requestId}",
            "/nightly-update/status/{requestId}/details", "/nightly-update/status/{requestId}/progress", "/nightly-update/{requestId}", "/sessions/{sessionId}/orders/{orderId}", "/sessions/{sessionId}/portfolio", "/sessions/{sessionId}/report",
            "/sweeps", "/sweeps/{id}", "/sweeps/{id}/results", "/trading-data/data/{symbol}", "/trading-data/symbols",
        ];
        Assert.Equal(expected, paths.EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_socket_address_without_an_upgrade_is_a_bad_request()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, body) = await SendAsync(gateway, HttpMethod.Get, "/ws/simulate", bearer: gateway.Token());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        AssertErrorPayload(body, "INVALID_MESSAGE", "validation");
    }
}

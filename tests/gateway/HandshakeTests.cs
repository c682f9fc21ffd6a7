using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Trading.Gateway.Tests;

public sealed class HandshakeTests
{
    [Fact]
    [Trait("req", "SIM-020")]
    [Trait("req", "SIM-097")]
    [Trait("req", "SIM-103")]
    [Trait("req", "SIM-104")]
    public async Task The_first_message_is_connection_ready_with_the_values_of_the_plan()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.OpenAsync();
        var message = await client.ReceiveAsync("connection_ready");
        var data = message.GetProperty("data");
        Assert.Equal("user_a", data.GetProperty("user_id").GetString());
        Assert.Equal("professional", data.GetProperty("plan").GetString());
        Assert.Equal("2026-02-03T09:15:00Z", data.GetProperty("server_time").GetString());
        Assert.Equal("2026-02-03T17:15:00Z", data.GetProperty("connection_expires_at").GetString());
        Assert.Equal((3_600, 604_800, 10), (data.GetProperty("idle_timeout_sec").GetInt32(), data.GetProperty("max_simulation_duration_sec").GetInt32(), data.GetProperty("concurrent_connections_limit").GetInt32()));
        var features = data.GetProperty("supported_features").EnumerateArray().Select(feature => feature.GetString()!).ToArray();
        Assert.Contains("batch_orders", features);
        Assert.Contains("interactive_control", features);
        Assert.DoesNotContain("partial_fills", features);
        Assert.Equal(8, data.EnumerateObject().Count());
        Assert.Equal("2026-02-03T09:15:00Z", message.GetProperty("timestamp").GetString());
    }

    [Fact]
    [Trait("req", "SIM-024")]
    public async Task The_token_may_come_in_the_authorization_header()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + gateway.Token());
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Address.Port}/ws/simulate"), CancellationToken.None);
        using var client = new TestClient(socket);
        await client.ReceiveAsync("connection_ready");
    }

    [Theory]
    [Trait("req", "SIM-032")]
    [Trait("req", "SIM-038")]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=abc")]
    [InlineData("?token=eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("?token=EXPIRED")]
    [InlineData("?token=FOREIGN")]
    public async Task A_bad_token_is_refused_with_401_before_the_upgrade(string query)
    {
        await using var gateway = await TestGateway.StartAsync();
        var expired = gateway.Token();
        gateway.Time.Advance(TimeSpan.FromSeconds(3_601));
        await using var other = await TestGateway.StartAsync(null, ("SigningKeys:k1", Convert.ToBase64String(TestGateway.Key(50))));
        query = query.Replace("EXPIRED", expired, StringComparison.Ordinal).Replace("FOREIGN", other.Token(), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ws/simulate" + query);
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        RestTests.AssertErrorPayload(await answer.Content.ReadAsStringAsync(), "AUTHENTICATION_FAILED", "connection");
        Assert.Empty(gateway.Grains.Tenants);
    }

    [Fact]
    [Trait("req", "SIM-039")]
    public async Task Expiry_of_the_token_leaves_an_open_connection_alone()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Tenant("user_a").Limits = FakeGrains.Professional with { IdleTimeoutSec = 86_400 });
        using var client = await gateway.ConnectAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(3_601));
        await client.SendAsync(TestClient.Create("s"));
        await client.ReceiveAsync("session_created");
    }

    [Theory]
    [Trait("req", "SIM-021")]
    [InlineData("api.simutrador.com", HttpStatusCode.OK)]
    [InlineData("api.simutrade.com", HttpStatusCode.OK)]
    [InlineData("elsewhere.example", HttpStatusCode.BadRequest)]
    public async Task Both_host_names_reach_the_service_with_the_same_token(string host, HttpStatusCode status)
    {
        await using var gateway = await TestGateway.StartAsync(null, ("Hosts:0", "api.simutrador.com"), ("Hosts:1", "api.simutrade.com"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/auth/limits");
        request.Headers.Host = host;
        request.Headers.Add("Authorization", "Bearer " + gateway.Token());
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    [Trait("req", "SIM-022")]
    public async Task Plain_sockets_can_be_switched_off_and_are_then_sent_to_wss()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("AllowPlainWebSocket", "false"));
        using var answer = await gateway.Http.GetAsync(new Uri("/ws/simulate?error_types=core&token=abc", UriKind.Relative));
        Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
        Assert.Equal($"wss://127.0.0.1:{gateway.Address.Port}/ws/simulate?error_types=core", answer.Headers.Location!.ToString());
    }

    [Fact]
    [Trait("req", "SIM-054")]
    [Trait("req", "SIM-098")]
    public async Task A_connection_beyond_the_limit_gets_only_connection_closing()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Tenant("user_a").Limits = FakeGrains.Professional with { ConcurrentConnections = 1 });
        using var first = await gateway.ConnectAsync();
        using var second = await gateway.OpenAsync();
        var closing = await second.ReceiveClosingAsync("rate_limit", 4003);
        Assert.True(closing.GetProperty("reconnect_allowed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, closing.GetProperty("session_state").ValueKind);
        await first.SendAsync("""{"type":"disconnect"}""");
        Assert.Equal(1000, await first.ReceiveCloseAsync());
        await Eventually.HoldsAsync(() => gateway.Grains.Tenant("user_a").Connections.IsEmpty);
        using var third = await gateway.ConnectAsync();
    }

    [Fact]
    [Trait("req", "SIM-048")]
    public async Task A_disabled_key_gets_no_connection()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Tenant("user_a").KeyRevoked = true);
        using var client = await gateway.OpenAsync();
        var closing = await client.ReceiveClosingAsync("api_key_revoked", 4002);
        Assert.False(closing.GetProperty("reconnect_allowed").GetBoolean());
    }

    [Fact]
    [Trait("req", "SIM-025")]
    [Trait("req", "SIM-301")]
    public async Task No_log_line_holds_a_token_a_key_or_the_content_of_an_order()
    {
        await using var gateway = await TestGateway.StartAsync();
        var token = gateway.Token();
        using (var client = await gateway.CreateAsync())
        {
            await client.SendAsync("""{"type":"order_batch","data":{"batch_id":"b","parent_strategy":"secret-strategy","orders":[{"order_id":"secret-order","symbol":"KO","side":"buy","type":"market","quantity":987654}]}}""");
            await client.ReceiveAsync("batch_ack");
            await client.SendAsync("secret garbage");
            await client.ReceiveErrorAsync("INVALID_MESSAGE");
        }

        using var refused = await gateway.Http.GetAsync(new Uri("/ws/simulate?token=" + token[..^2], UriKind.Relative));
        using var key = new HttpRequestMessage(HttpMethod.Post, "/auth/token");
        key.Headers.Add("X-API-Key", "sk_live_a");
        using var exchanged = await gateway.Http.SendAsync(key);
        Assert.Contains(gateway.Logs.Lines, line => line.Contains("Request starting", StringComparison.Ordinal) && line.Contains("/ws/simulate", StringComparison.Ordinal));
        string[] secrets = [token.Split('.')[1], token.Split('.')[2][..20], "sk_live_a", "secret", "987654"];
        foreach (var line in gateway.Logs.Lines) Assert.All(secrets, secret => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
    }
}

/// <summary>Waits for something that another thread brings about.</summary>
internal static class Eventually
{
    internal static async Task HoldsAsync(Func<bool> condition)
    {
        for (var i = 0; i < 100_000 && !condition(); i++) await Task.Yield();
        for (var i = 0; i < 500 && !condition(); i++) await Task.Delay(10);
        Assert.True(condition(), "the condition never came to hold");
    }
}

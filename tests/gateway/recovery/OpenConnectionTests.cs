using Orleans.Runtime;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>What a connection does while its session cannot be reached.</summary>
public sealed class OpenConnectionTests
{
    private const string Query = """{"type":"query_positions","request_id":"q"}""";

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task What_is_sent_meanwhile_is_answered_in_its_order_afterwards()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(TestClient.Ack(1));
        await outage.IsRepeatedAsync();
        for (var tick = 2; tick <= 40; tick++) await client.SendAsync(TestClient.Ack(tick));
        await client.SendAsync("garbage");
        await client.SendAsync(Query);
        await outage.IsRepeatedAsync();
        Assert.All(outage.Session.Tried()[1..], request => Assert.Equal(1, Assert.IsType<AckCommand>(Assert.Single(request.Commands)).Sequence));
        await outage.EndsAsync();
        await client.ReceiveAsync("tick");
        for (var tick = 3; tick <= 41; tick++) Assert.Equal(tick, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
        await client.ReceiveErrorAsync("INVALID_MESSAGE");
        await client.ReceiveAsync("current_positions");
    }

    [Fact]
    public async Task A_flood_is_taken_up_to_a_bound_and_then_waits_in_the_network()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(TestClient.Ack(1));
        await outage.IsRepeatedAsync();
        const int messages = 6_000;
        for (var tick = 2; tick <= messages; tick++) await client.SendAsync(TestClient.Ack(tick));
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        await client.ReceiveAsync("tick");
        for (var tick = 3; tick <= messages + 1; tick++) Assert.Equal(tick, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
        Assert.All(outage.Session.CommandsPerCall, count => Assert.InRange(count, 0, 256));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_is_let_go_at_once(bool politely)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(Query);
        await outage.IsRepeatedAsync();
        if (politely)
        {
            await client.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            Assert.Equal(1000, await client.ReceiveCloseAsync());
        }
        else
        {
            client.Socket.Abort();
        }

        await outage.Session.Detached.Task;
        await Eventually.HoldsAsync(() => gateway.Grains.Tenant("user_a").Connections.IsEmpty);
        var tried = outage.Session.Tried().Length;
        gateway.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(tried, outage.Session.Tried().Length);
    }

    [Fact]
    public async Task A_connection_that_is_displaced_meanwhile_closes_without_a_word()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(Query);
        await outage.IsRepeatedAsync();
        outage.Session.Answer = _ => new ExchangeReply([], false, true, SessionEnd.No);
        await outage.EndsAsync();
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        Assert.DoesNotContain("detach", outage.Session.Calls);
    }

    [Fact]
    [Trait("req", "SIM-120")]
    public async Task A_connection_can_be_closed_meanwhile()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(Query);
        await outage.IsRepeatedAsync();
        await gateway.Grains.TenantObserver!.KeyRevoked(gateway.Grains.Tenant("user_a").Connections.Single().Key);
        await client.ReceiveClosingAsync("api_key_revoked", 4002);
    }

    [Fact]
    [Trait("req", "SIM-123")]
    public async Task Discarding_waits_for_its_answer_and_then_closes()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        outage.Session.Answer = _ => FakeSession.Reply([], end: SessionEnd.Discarded);
        await client.SendAsync("""{"type":"disconnect","data":{"discard_session":true}}""");
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        Assert.IsType<DiscardCommand>(outage.Session.Received()[^1]);
    }

    [Fact]
    public async Task Messages_behind_a_create_that_is_refused_in_the_end_are_told_that_there_is_no_session()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        var outage = Outage.Of(gateway);
        outage.Session.Answer = _ => FakeSession.Reply([new ErrorOutput("INVALID_DATE_RANGE", "x", "validation", "error", true, null, [])]) with { Mark = null };
        await client.SendAsync(TestClient.Create("s"));
        await outage.IsRepeatedAsync();
        await client.SendAsync("""{"type":"start_simulation","request_id":"r-1"}""");
        await client.SendAsync("""{"type":"query_positions","request_id":"r-2"}""");
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        await client.ReceiveErrorAsync("INVALID_DATE_RANGE");
        for (var request = 1; request <= 2; request++) Assert.Equal($"r-{request}", (await client.ReceiveErrorAsync("INVALID_SESSION_STATE")).GetProperty("failed_request_id").GetString());
        await client.SendAsync(TestClient.Create("t"));
        await client.ReceiveAsync("session_created");
    }

    [Fact]
    [Trait("req", "SIM-152")]
    public async Task Without_flow_control_the_time_of_the_outage_does_not_count()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""{"type":"start_simulation","data":{"flow_control":false}}""");
        await client.ReceiveAsync("simulation_started");
        await client.ReceiveAsync("tick");
        var outage = Outage.Of(gateway);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(20));
        await outage.IsRepeatedAsync();
        var passed = 0;
        for (var second = 0; second < 3; second++)
        {
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            await outage.IsRepeatedAsync();
        }

        outage.Session.Answer = request =>
        {
            passed += request.Commands.OfType<IntervalPassedCommand>().Sum(interval => interval.Ticks);
            return FakeSession.Reply([.. request.Commands.SelectMany(FakeSession.Default)]);
        };
        await outage.EndsAsync();
        await client.ReceiveAsync("tick");
        // three seconds are 150 intervals
        Assert.InRange(passed, 1, 75);
    }

    [Fact]
    [Trait("req", "SIM-054")]
    public async Task A_place_that_cannot_be_renewed_is_kept_and_taken_again()
    {
        await using var gateway = await TestGateway.StartAsync();
        var tenant = gateway.Grains.Tenant("user_a");
        using var client = await gateway.CreateAsync();
        foreach (Exception failure in new Exception[] { new IOException("the database is away"), new OrleansException("no activation"), new InvalidOperationException("x") })
        {
            tenant.Failure = _ => failure;
            var renewals = tenant.Renewals;
            gateway.Time.Advance(TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync(() => tenant.Renewals >= renewals + 5);
        }

        tenant.Failure = _ => null;
        tenant.Connections.Clear();
        gateway.Time.Advance(TimeSpan.FromSeconds(11));
        await Eventually.HoldsAsync(() => tenant.Connections.Count == 1);
        await client.SendAsync(Query);
        await client.ReceiveAsync("current_positions");
    }

    [Fact]
    public async Task A_handshake_waits_for_the_tenant()
    {
        await using var gateway = await TestGateway.StartAsync();
        var tenant = gateway.Grains.Tenant("user_a");
        var asked = 0;
        tenant.Failure = _ => ++asked < 4 ? new TimeoutException("no silo answers") : null;
        using var client = await gateway.OpenAsync();
        var ready = client.ReceiveAsync("connection_ready");
        await Eventually.HoldsAsync(() =>
        {
            gateway.Time.Advance(TimeSpan.FromMilliseconds(25));
            return ready.IsCompleted;
        });
        await ready;

        // the fourth was answered; with the clock turned on the lease may have been renewed since
        Assert.True(asked >= 4);
        Assert.Single(tenant.Connections);
    }

    /// <summary>Pings go out by the machine's own clock: the test waits for them, and measures nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(2_000)]
    public async Task Pings_go_on_and_are_answered_meanwhile(int messages)
    {
        await using var gateway = await TestGateway.StartAsync(null, ("KeepAliveSeconds", "1"));
        using var client = await RawClient.ConnectAsync(gateway);
        await client.ReceiveAsync("connection_ready");
        await client.SendAsync(RawClient.Text, """{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":0}}""");
        await client.ReceiveAsync("error");
        gateway.Grains.Session("user_a", "s").Status = new SessionStatus("s", SessionState.Paused, ["KO"], 0, 0, 0, 390, [], false);
        await client.SendAsync(RawClient.Text, """{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":0}}""");
        await client.ReceiveAsync("state_sync");
        var outage = Outage.Of(gateway);
        for (var message = 0; message <= messages; message++) await client.SendAsync(RawClient.Text, TestClient.Ack(1));
        for (var ping = 0; ping < 5; ping++)
        {
            var (kind, payload) = await client.ReceiveAsync();
            Assert.Equal(RawClient.Ping, kind);
            await client.SendAsync(RawClient.Pong, payload);
        }

        await outage.EndsAsync();
        Assert.Equal(RawClient.Text, (await client.ReceiveAsync()).Kind);
    }
}

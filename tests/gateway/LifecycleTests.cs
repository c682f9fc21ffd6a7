using System.Net.WebSockets;
using System.Text.Json;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests;

public sealed class LifecycleTests
{
    private static async Task AssertWarningAsync(TestClient client, string type, string action, int seconds, string expires)
    {
        var data = (await client.ReceiveAsync("connection_warning")).GetProperty("data");
        Assert.Equal((type, action), (data.GetProperty("warning_type").GetString(), data.GetProperty("action_required").GetString()));
        Assert.InRange(data.GetProperty("seconds_remaining").GetInt32(), seconds - 1, seconds + 1);
        Assert.Equal(expires, data.GetProperty("expires_at").GetString());
        Assert.NotEmpty(data.GetProperty("message").GetString()!);
    }

    private static Task<TestGateway> StartAsync(int? duration, int? idle, params (string, string)[] settings) => TestGateway.StartAsync(
        grains => grains.Tenant("user_a").Limits = FakeGrains.Professional with { MaxConnectionDurationSec = duration, IdleTimeoutSec = idle }, settings);

    [Fact]
    [Trait("req", "SIM-051")]
    [Trait("req", "SIM-105")]
    [Trait("req", "SIM-106")]
    [Trait("req", "SIM-107")]
    [Trait("req", "SIM-108")]
    [Trait("req", "SIM-109")]
    [Trait("req", "SIM-113")]
    [Trait("req", "SIM-114")]
    public async Task The_longest_duration_warns_twice_and_closes_with_4001()
    {
        await using var gateway = await StartAsync(duration: 3_600, idle: null);
        using var client = await gateway.CreateAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(3_299));
        await client.SendAsync("""{"type":"query_positions"}""");
        await client.ReceiveAsync("current_positions");
        gateway.Time.Advance(TimeSpan.FromSeconds(1));
        await AssertWarningAsync(client, "approaching_timeout", "complete_simulation_or_reconnect", 300, "2026-02-03T10:15:00Z");
        gateway.Time.Advance(TimeSpan.FromSeconds(240));
        await AssertWarningAsync(client, "imminent_closure", "save_state_and_reconnect", 60, "2026-02-03T10:15:00Z");
        gateway.Time.Advance(TimeSpan.FromSeconds(60));
        var closing = await client.ReceiveClosingAsync("max_duration", 4001);
        Assert.Equal((true, "preserved_for_resume"), (closing.GetProperty("reconnect_allowed").GetBoolean(), closing.GetProperty("session_state").GetString()));
        await gateway.Grains.Session("user_a", "s").Detached.Task;
    }

    [Fact]
    [Trait("req", "SIM-052")]
    [Trait("req", "SIM-105")]
    [Trait("req", "SIM-106")]
    [Trait("req", "SIM-107")]
    [Trait("req", "SIM-108")]
    [Trait("req", "SIM-109")]
    [Trait("req", "SIM-115")]
    [Trait("req", "SIM-116")]
    [Trait("req", "SIM-121")]
    public async Task Idleness_warns_twice_and_closes_with_4000_naming_the_users_own_time()
    {
        await using var gateway = await StartAsync(duration: null, idle: 1_800);
        using var client = await gateway.ConnectAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(1_800));
        await AssertWarningAsync(client, "approaching_timeout", "complete_simulation_or_reconnect", 300, "2026-02-03T09:45:00Z");
        await AssertWarningAsync(client, "imminent_closure", "save_state_and_reconnect", 60, "2026-02-03T09:45:00Z");
        var closing = await client.ReceiveClosingAsync("idle_timeout", 4000);
        Assert.Equal((true, "preserved_for_resume", "No activity for 30 minutes"), (closing.GetProperty("reconnect_allowed").GetBoolean(), closing.GetProperty("session_state").GetString(), closing.GetProperty("message").GetString()));
    }

    [Fact]
    [Trait("req", "SIM-110")]
    [Trait("req", "SIM-111")]
    public async Task Any_application_message_cancels_an_idle_closure()
    {
        await using var gateway = await StartAsync(duration: null, idle: 1_800);
        using var client = await gateway.CreateAsync();
        foreach (var (text, reply) in new[] { (TestClient.Ack(1), "tick"), ("garbage", "error"), ("""{"type":"query_positions"}""", "current_positions") })
        {
            gateway.Time.Advance(TimeSpan.FromSeconds(1_770));
            await client.ReceiveAsync("connection_warning");
            await client.ReceiveAsync("connection_warning");
            await client.SendAsync(text);
            await client.ReceiveAsync(reply);
        }

        gateway.Time.Advance(TimeSpan.FromSeconds(1_499));
        await client.SendAsync("""{"type":"query_positions"}""");
        await client.ReceiveAsync("current_positions");
    }

    [Theory]
    [InlineData(301, 2)]
    [InlineData(300, 1)]
    [InlineData(61, 1)]
    [InlineData(60, 0)]
    [InlineData(5, 0)]
    public async Task A_short_timeout_warns_only_as_far_as_it_is_longer_than_the_warning(int idle, int warnings)
    {
        await using var gateway = await StartAsync(duration: null, idle);
        using var client = await gateway.ConnectAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(idle + 1));
        for (var i = 0; i < warnings; i++) await client.ReceiveAsync("connection_warning");
        var closing = await client.ReceiveClosingAsync("idle_timeout", 4000);
        Assert.Contains(idle % 60 == 0 ? $"{idle / 60} minutes" : $"{idle} seconds", closing.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "SIM-118")]
    [Trait("req", "SIM-122")]
    [Trait("req", "SIM-123")]
    public async Task Disconnect_is_answered_by_a_normal_close_and_nothing_else()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var bare = await gateway.ConnectAsync();
        await bare.SendAsync("""{"type":"disconnect"}""");
        Assert.Equal(1000, await bare.ReceiveCloseAsync());
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""{"type":"disconnect","data":{},"request_id":"r-90"}""");
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        var session = gateway.Grains.Session("user_a", "s");
        await session.Detached.Task;
        Assert.DoesNotContain(session.Received(), command => command is DiscardCommand);
    }

    [Fact]
    [Trait("req", "SIM-118")]
    public async Task A_close_frame_of_the_client_is_answered_by_a_close_frame_alone()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        await gateway.Grains.Session("user_a", "s").Detached.Task;
    }

    [Fact]
    [Trait("req", "SIM-123")]
    public async Task Discarding_tells_the_session()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        session.Answer = _ => FakeSession.Reply([], end: SessionEnd.Discarded);
        await client.SendAsync("""{"type":"disconnect","data":{"discard_session":true}}""");
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        Assert.IsType<DiscardCommand>(session.Received()[^1]);
    }

    [Fact]
    [Trait("req", "SIM-119")]
    public async Task A_vanished_client_is_a_disconnect()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        client.Socket.Abort();
        await gateway.Grains.Session("user_a", "s").Detached.Task;
        await Eventually.HoldsAsync(() => gateway.Grains.Tenant("user_a").Connections.IsEmpty);
    }

    [Fact]
    [Trait("req", "SIM-101")]
    [Trait("req", "SIM-102")]
    [Trait("req", "SIM-117")]
    [Trait("req", "SIM-285")]
    [Trait("req", "SIM-286")]
    public async Task After_the_results_the_server_says_so_and_closes()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([new CompleteOutput("s", 1, 1, 0, 0, 0, 0, null, null, null, 9, "00")], end: SessionEnd.Completed);
        await client.SendAsync(TestClient.Ack(390));
        Assert.Equal(11, (await client.ReceiveAsync("simulation_complete")).GetProperty("data").EnumerateObject().Count());
        var closing = await client.ReceiveClosingAsync("simulation_complete", 1000);
        Assert.Equal((true, "completed"), (closing.GetProperty("reconnect_allowed").GetBoolean(), closing.GetProperty("session_state").GetString()));
    }

    [Fact]
    [Trait("req", "SIM-055")]
    public async Task A_simulation_beyond_its_duration_closes_as_lost()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([new ErrorOutput("MAX_SIMULATION_DURATION_EXCEEDED", "x", "connection", "fatal", false, null, [])], end: SessionEnd.MaxDuration);
        await client.SendAsync(TestClient.Ack(1));
        await client.ReceiveErrorAsync("MAX_SIMULATION_DURATION_EXCEEDED");
        Assert.Equal("lost", (await client.ReceiveClosingAsync("max_duration", 4001)).GetProperty("session_state").GetString());
    }

    [Fact]
    [Trait("req", "SIM-048")]
    public async Task A_disabled_key_closes_its_connections()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await gateway.Grains.TenantObserver!.KeyRevoked(gateway.Grains.Tenant("user_a").Connections.Single().Key);
        var closing = await client.ReceiveClosingAsync("api_key_revoked", 4002);
        Assert.Equal((false, "preserved_for_resume"), (closing.GetProperty("reconnect_allowed").GetBoolean(), closing.GetProperty("session_state").GetString()));
    }

    [Fact]
    public async Task A_displaced_connection_closes_without_a_word_and_does_not_detach_the_new_one()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        await gateway.Grains.SessionObserver!.Displaced(session.AttachedTo!);
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        await Eventually.HoldsAsync(() => gateway.Grains.Tenant("user_a").Connections.IsEmpty);
        Assert.DoesNotContain("detach", session.Calls);
    }

    [Fact]
    public async Task A_woken_connection_asks_its_session_without_commands()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        session.Answer = _ => FakeSession.Reply([new ErrorOutput("TICK_NOT_ACKNOWLEDGED", "x", "execution", "warning", true, null, [])]);
        await gateway.Grains.SessionObserver!.Wake(session.AttachedTo!);
        await client.ReceiveErrorAsync("TICK_NOT_ACKNOWLEDGED");
        Assert.Equal(0, session.CommandsPerCall[^1]);
        await gateway.Grains.SessionObserver!.Wake("somebody-else");
    }

    [Fact]
    [Trait("req", "SIM-152")]
    [Trait("req", "SIM-153")]
    public async Task Without_flow_control_ticks_come_every_interval()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        var passed = 0;
        session.Answer = request => FakeSession.Reply([.. request.Commands.SelectMany(command =>
            command is IntervalPassedCommand interval ? Enumerable.Range(0, interval.Ticks).Select(_ => (SessionOutput)FakeSession.Tick(1 + ++passed)) : FakeSession.Default(command))]);
        await client.SendAsync("""{"type":"start_simulation","data":{"flow_control":false}}""");
        await client.ReceiveAsync("simulation_started");
        await client.ReceiveAsync("tick");
        gateway.Time.Advance(TimeSpan.FromMilliseconds(19));
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
        gateway.Time.Advance(TimeSpan.FromMilliseconds(200));
        for (var i = 3; i <= 12; i++) Assert.Equal(i, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
    }

    [Fact]
    public async Task A_gateway_with_as_many_connections_as_it_may_refuses_the_next_with_503_and_keeps_those_it_has()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("MaximumConnections", "1"));
        using var first = await gateway.CreateAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => gateway.OpenAsync("user_b"));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        await first.SendAsync(TestClient.Create("other"));
        Assert.Equal("error", (await first.ReceiveAsync()).GetProperty("type").GetString());
    }

    [Fact]
    [Trait("req", "SIM-117")]
    [Trait("req", "SIM-120")]
    public async Task Maintenance_is_announced_by_both_warnings_and_closes_with_4005()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("MaintenanceLeadSeconds", "600"));
        using var client = await gateway.CreateAsync();
        var stopping = Task.Run(gateway.StopAsync);
        await AssertWarningAsync(client, "approaching_timeout", "complete_simulation_or_reconnect", 600, "2026-02-03T09:25:00Z");
        using (var refused = await gateway.Http.GetAsync(new Uri("/health", UriKind.Relative))) Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await Eventually.HoldsAsync(() => gateway.Time.TimerCount > 1);
        gateway.Time.Advance(TimeSpan.FromSeconds(540));
        await AssertWarningAsync(client, "imminent_closure", "save_state_and_reconnect", 60, "2026-02-03T09:25:00Z");
        await Eventually.HoldsAsync(() => gateway.Time.TimerCount > 1);
        gateway.Time.Advance(TimeSpan.FromSeconds(60));
        var closing = await client.ReceiveClosingAsync("server_maintenance", 4005);
        Assert.Equal("preserved_for_resume", closing.GetProperty("session_state").GetString());
        for (var i = 0; i < 1_000 && !stopping.IsCompleted; i++)
        {
            gateway.Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(stopping, Task.Delay(10));
        }

        await stopping;
    }

    [Fact]
    [Trait("req", "SIM-054")]
    public async Task The_place_of_a_connection_is_renewed_and_taken_again_when_it_was_forgotten()
    {
        await using var gateway = await TestGateway.StartAsync();
        var tenant = gateway.Grains.Tenant("user_a");
        using var client = await gateway.ConnectAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.InRange(tenant.Renewals, 5, 6);
        tenant.Forgets = true;
        gateway.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Single(tenant.Connections);
        tenant.KeyRevoked = true;
        gateway.Time.Advance(TimeSpan.FromSeconds(11));
        await client.ReceiveClosingAsync("api_key_revoked", 4002);
    }

    [Fact]
    [Trait("req", "SIM-157")]
    public async Task A_client_that_reads_nothing_is_given_up_and_its_session_kept()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        var calls = 0;
        session.Answer = _ =>
        {
            Interlocked.Increment(ref calls);
            return FakeSession.Reply([.. Enumerable.Range(1, 1_000).Select(FakeSession.Tick)], more: true);
        };
        await client.SendAsync(TestClient.Ack(1));
        var before = -1;
        while (before != Volatile.Read(ref calls))
        {
            before = Volatile.Read(ref calls);
            await Task.Delay(300);
        }

        gateway.Time.Advance(TimeSpan.FromSeconds(31));
        await session.Detached.Task;
        Assert.Equal(before, Volatile.Read(ref calls));
        await Eventually.HoldsAsync(() => gateway.Logs.Lines.Any(line => line.Contains(" 1004 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_client_that_never_answers_a_close_is_given_up()
    {
        await using var gateway = await StartAsync(duration: null, idle: 60);
        using var client = await gateway.CreateAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(60));
        await client.ReceiveAsync("connection_closing");
        await Eventually.HoldsAsync(() =>
        {
            gateway.Time.Advance(TimeSpan.FromSeconds(6));
            return gateway.Grains.Session("user_a", "s").Detached.Task.IsCompleted;
        });
    }
}

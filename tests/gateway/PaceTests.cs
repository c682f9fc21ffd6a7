using Trading.Gateway.Sessions;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests;

/// <summary>What the gateway's own clock does: intervals without flow control, and what does not count as activity.</summary>
public sealed class PaceTests
{
    private const string Query = """{"type":"query_positions"}""";

    private static int Intervals(FakeSession session) => session.Received().OfType<IntervalPassedCommand>().Sum(interval => interval.Ticks);

    private static async Task PassAsync(TestGateway gateway, TestClient client, int milliseconds)
    {
        gateway.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        await client.SendAsync(Query);
        await client.ReceiveAsync("current_positions");
    }

    /// <summary>A session that says nothing when an interval passes.</summary>
    private static FakeSession Silent(TestGateway gateway)
    {
        var session = gateway.Grains.Session("user_a", "s");
        session.Answer = request => FakeSession.Reply([.. request.Commands.Where(command => command is not IntervalPassedCommand).SelectMany(FakeSession.Default)]);
        return session;
    }

    [Fact]
    [Trait("req", "SIM-152")]
    [Trait("req", "SIM-153")]
    public async Task Every_interval_is_told_once_and_none_before_it_has_passed()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = Silent(gateway);
        await client.SendAsync("""{"type":"start_simulation","data":{"flow_control":false}}""");
        await client.ReceiveAsync("simulation_started");
        await client.ReceiveAsync("tick");
        await PassAsync(gateway, client, 19);
        Assert.Equal(0, Intervals(session));
        await PassAsync(gateway, client, 1);
        await Eventually.HoldsAsync(() => Intervals(session) == 1);
        await PassAsync(gateway, client, 219);
        await Eventually.HoldsAsync(() => Intervals(session) == 11);
        await PassAsync(gateway, client, 0);
        Assert.Equal(11, Intervals(session));
    }

    [Fact]
    [Trait("req", "SIM-154")]
    public async Task With_flow_control_no_interval_passes()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""{"type":"start_simulation"}""");
        await client.ReceiveAsync("simulation_started");
        await client.ReceiveAsync("tick");
        await PassAsync(gateway, client, 60_000);
        Assert.Equal(0, Intervals(gateway.Grains.Session("user_a", "s")));
    }

    [Theory]
    [Trait("req", "SIM-152")]
    [Trait("req", "SIM-258")]
    [InlineData(20, 5)]
    [InlineData(0, 0)]
    public async Task A_resumed_run_without_flow_control_goes_on_at_its_pace(int intervalMs, int expected)
    {
        await using var gateway = await TestGateway.StartAsync(grains =>
            grains.Session("user_a", "s").Status = new SessionStatus("s", SessionState.Paused, ["KO"], 1_721_136_600_000_000, 118, 118, 390, [], false));
        using var client = await gateway.ConnectAsync();
        var session = gateway.Grains.Session("user_a", "s");
        session.Answer = request => FakeSession.Reply([.. request.Commands.Where(command => command is not IntervalPassedCommand)
            .SelectMany(FakeSession.Default).Select(output => output is StateSyncOutput sync ? sync with { TickIntervalMs = intervalMs } : output)]);
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":118}}""");
        var data = (await client.ReceiveAsync("state_sync")).GetProperty("data");
        Assert.Equal(["current_sim_time", "next_sequence_id", "account_snapshot", "pending_orders", "missed_executions"], data.EnumerateObject().Select(field => field.Name));
        await PassAsync(gateway, client, 119);
        await Eventually.HoldsAsync(() => Intervals(session) == expected);
    }

    [Fact]
    [Trait("req", "SIM-111")]
    public async Task Ping_and_pong_frames_are_no_activity()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Tenant("user_a").Limits = FakeGrains.Professional with { MaxConnectionDurationSec = null, IdleTimeoutSec = 1_800 });
        using var client = await RawClient.ConnectAsync(gateway);
        await client.ReceiveAsync("connection_ready");
        for (var minute = 0; minute < 25; minute++)
        {
            if (minute > 0) gateway.Time.Advance(TimeSpan.FromMinutes(1));
            await client.SendAsync(RawClient.Pong, "unasked");
            await client.SendAsync(RawClient.Ping, "here");
            var (kind, payload) = await client.ReceiveAsync();
            Assert.Equal((RawClient.Pong, "here"), (kind, System.Text.Encoding.UTF8.GetString(payload)));
        }

        gateway.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("2026-02-03T09:45:00Z", (await client.ReceiveAsync("connection_warning")).GetProperty("expires_at").GetString());
        Assert.Equal("2026-02-03T09:45:00Z", (await client.ReceiveAsync("connection_warning")).GetProperty("expires_at").GetString());
        Assert.Equal("idle_timeout", (await client.ReceiveAsync("connection_closing")).GetProperty("reason").GetString());
        var close = await client.ReceiveAsync();
        Assert.Equal((RawClient.Close, 4000), (close.Kind, (close.Payload[0] << 8) | close.Payload[1]));
    }

    [Fact]
    [Trait("req", "SIM-114")]
    [Trait("req", "SIM-121")]
    public void Every_closing_is_a_row_of_the_table()
    {
        const string preserved = "preserved_for_resume";
        (string, int, bool, string?, string?)[] table =
        [
            ("idle_timeout", 4000, true, preserved, preserved),
            ("max_duration", 4001, true, preserved, preserved),
            ("max_duration", 4001, true, "lost", "lost"),
            ("api_key_revoked", 4002, false, preserved, preserved),
            ("rate_limit", 4003, true, preserved, null),
            ("rate_limit", 4003, true, preserved, null),
            ("simulation_complete", 1000, true, "completed", "completed"),
            ("server_maintenance", 4005, true, preserved, preserved),
        ];
        Closing[] closings = [Closing.Idle(1_800), Closing.MaximumDuration, Closing.SimulationLost, Closing.KeyRevoked, Closing.ConnectionLimit, Closing.Refusals, Closing.Completed, Closing.Maintenance];
        Assert.Equal(table, closings.Select(closing => (closing.Reason, closing.Code, closing.ReconnectAllowed, closing.SessionState, closing.WithoutSession)));
        Assert.Equal("No activity for 60 minutes", Closing.Idle(3_600).Message);
    }
}

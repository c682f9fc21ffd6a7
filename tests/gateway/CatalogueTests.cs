using System.Text.Json;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests;

public sealed class CatalogueTests
{
    private static readonly string[] ClientTypes =
        ["create_session", "start_simulation", "tick_ack", "order_batch", "resume_session", "pause_simulation", "query_positions", "resume_simulation", "disconnect"];

    private static readonly string[] ServerTypes =
    [
        "connection_ready", "session_created", "simulation_started", "tick", "batch_ack", "execution_report", "account_snapshot", "simulation_complete", "connection_warning", "connection_closing",
        "state_sync", "error", "simulation_paused", "current_positions",
    ];

    private static readonly FillOutput Fill = new(1, "o", "KO", OrderSide.Buy, 100_000_000, 100_000_000, 100_000_000, 1, 0, 0, false, 0, FillReason.MarketOpen, 1);

    private static IEnumerable<SessionOutput> Answer(SessionCommand command) => command switch
    {
        BatchCommand => [.. FakeSession.Default(command), Fill, new AccountOutput(FakeSession.Account, false), new LimitWarningOutput("orders_per_minute", 801, 1_000, new DateTimeOffset(2026, 2, 3, 9, 16, 0, TimeSpan.Zero))],
        PauseCommand => [new StatusOutput(new SessionStatus("s", SessionState.Paused, ["KO"], 1, 1, 1, 390, [], true), false)],
        ResumeCommand => [new ErrorOutput("INVALID_SESSION_STATE", "x", "validation", "error", true, null, [])],
        AckCommand => [new CompleteOutput("s", 1, 1, 0, 0, 0, 0, null, null, null, 0, "00")],
        _ => FakeSession.Default(command),
    };

    [Fact]
    [Trait("req", "SIM-093")]
    [Trait("req", "SIM-112")]
    [Trait("req", "SIM-332")]
    public async Task All_23_types_pass_the_gateway_and_no_other()
    {
        Assert.Equal(23, ClientTypes.Length + ServerTypes.Length);
        await using var gateway = await TestGateway.StartAsync(grains => grains.Session("user_a", "old").Status = new SessionStatus("old", SessionState.Paused, ["KO"], 1, 1, 1, 390, [], false));
        gateway.Grains.Session("user_a", "s").Answer = request =>
            FakeSession.Reply([.. request.Commands.SelectMany(Answer)], end: request.Commands.Any(command => command is AckCommand) ? SessionEnd.Completed : SessionEnd.No);
        var seen = new HashSet<string>();
        using (var resumed = await gateway.OpenAsync())
        {
            await resumed.SendAsync("""{"type":"resume_session","data":{"session_id":"old","last_processed_sequence_id":1}}""");
            seen.Add(Type(await resumed.ReceiveAsync()));
            seen.Add(Type(await resumed.ReceiveAsync()));
            await resumed.SendAsync("""{"type":"disconnect"}""");
            Assert.Equal(1000, await resumed.ReceiveCloseAsync());
        }

        using var client = await gateway.ConnectAsync();
        await client.SendAsync(TestClient.Create("s"));
        await client.SendAsync("""{"type":"start_simulation"}""");
        await client.SendAsync("""{"type":"order_batch","data":{"batch_id":"b","orders":[{"order_id":"o","symbol":"KO","side":"buy","type":"market","quantity":1}]}}""");
        await client.SendAsync("""{"type":"pause_simulation"}""");
        await client.SendAsync("""{"type":"query_positions"}""");
        await client.SendAsync("""{"type":"resume_simulation"}""");
        await client.SendAsync(TestClient.Ack(1));
        while (!seen.Contains("connection_closing"))
        {
            var message = await client.ReceiveAsync();
            seen.Add(Type(message));
            if (Type(message) != "connection_warning") continue;
            var warning = message.GetProperty("data");
            Assert.Equal(("rate_limit_warning", "reduce_request_rate", JsonValueKind.Null), (warning.GetProperty("warning_type").GetString(), warning.GetProperty("action_required").GetString(), warning.GetProperty("expires_at").ValueKind));
        }

        Assert.Equal(1000, await client.ReceiveCloseAsync());
        Assert.Equal(ServerTypes.Order(), seen.Order());
        Type[] commands = [typeof(CreateCommand), typeof(StartCommand), typeof(BatchCommand), typeof(PauseCommand), typeof(QueryPositionsCommand), typeof(ResumeCommand), typeof(AckCommand)];
        Assert.Equal(commands, gateway.Grains.Session("user_a", "s").Received().Select(command => command.GetType()));
    }

    [Fact]
    [Trait("req", "SIM-277")]
    [Trait("req", "SIM-279")]
    public async Task Missing_buying_power_is_told_with_decimals_and_the_generic_code()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply(
        [
            new ErrorOutput("INSUFFICIENT_BUYING_POWER", "x", "execution", "warning", true, null, [new("order_id", "o-3", null), new("required", "900038.31", null), new("available", "38553.30", null)]) { RequestId = "r-3" },
        ]);
        await client.SendAsync(TestClient.Ack(1));
        var error = await client.ReceiveErrorAsync("INSUFFICIENT_BUYING_POWER");
        Assert.Equal("""{"order_id":"o-3","required":"900038.31","available":"38553.30","generic_code":"INSUFFICIENT_FUNDS"}""", error.GetProperty("context").GetRawText());
        Assert.Equal("r-3", error.GetProperty("failed_request_id").GetString());
    }

    [Fact]
    [Trait("req", "SIM-023")]
    public async Task Nothing_but_the_token_exchange_can_be_done_to_simulations_by_REST()
    {
        await using var gateway = await TestGateway.StartAsync();
        var document = await DataHttp.GetAsync(gateway, "/openapi/v1.json");
        var writing = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Where(method => method.Name != "get").Select(method => method.Name + " " + path.Name));
        string[] ofTheDataManager = ["post /data-analysis/completeness", "post /nightly-update/start", "delete /nightly-update/{requestId}"];
        string[] ofServerSideRuns = ["post /backtests", "delete /backtests/{id}", "post /sweeps", "delete /sweeps/{id}"];
        Assert.Equal(["post /auth/token"], writing.Except(ofTheDataManager).Except(ofServerSideRuns));
    }

    private static string Type(JsonElement message) => message.GetProperty("type").GetString()!;
}

using System.Net.WebSockets;
using System.Text.Json;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests;

public sealed class SessionTests
{
    private const string Start = """{"type":"start_simulation","data":{},"request_id":"r-start"}""";

    private static ErrorOutput Refusal(string type = "validation", string severity = "error") => new("INVALID_DATE_RANGE", "x", type, severity, true, null, []) { RequestId = "r-create" };

    [Fact]
    [Trait("req", "SIM-084")]
    [Trait("req", "SIM-087")]
    [Trait("req", "SIM-092")]
    [Trait("req", "SIM-094")]
    public async Task A_run_is_answered_in_order_with_the_request_ids_and_numbered_messages()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(TestClient.Create("s"));
        await client.SendAsync(Start);
        List<JsonElement> messages = [await client.ReceiveAsync("session_created"), await client.ReceiveAsync("simulation_started"), await client.ReceiveAsync("tick")];
        for (var i = 1; i <= 20; i++)
        {
            await client.SendAsync(TestClient.Ack(i));
            messages.Add(await client.ReceiveAsync("tick"));
        }

        Assert.Equal("r-create", messages[0].GetProperty("request_id").GetString());
        Assert.Equal("r-start", messages[1].GetProperty("request_id").GetString());
        Assert.Equal(Enumerable.Range(1, 23), messages.Select(message => message.GetProperty("sequence_id").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 21), messages.Skip(2).Select(message => message.GetProperty("data").GetProperty("sequence_id").GetInt32()));
        Assert.Equal("""["KO"]""", messages[2].GetProperty("data").GetProperty("symbols_trading").GetRawText());
    }

    [Fact]
    public async Task Messages_that_arrive_together_reach_the_session_in_few_calls_and_in_order()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        for (var i = 1; i <= 1_000; i++) await client.SendAsync(TestClient.Ack(i));
        for (var i = 1; i <= 1_000; i++) Assert.Equal(i + 1, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), session.Received().OfType<AckCommand>().Select(ack => ack.Sequence));
        Assert.All(session.CommandsPerCall, count => Assert.InRange(count, 0, 256));
    }

    [Fact]
    public async Task While_the_session_has_more_it_is_asked_again_until_it_has_not()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var left = 5;
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([FakeSession.Tick(6 - left)], more: --left > 0);
        await client.SendAsync(Start);
        for (var i = 1; i <= 5; i++) Assert.Equal(i, (await client.ReceiveAsync("tick")).GetProperty("data").GetProperty("sequence_id").GetInt32());
        Assert.Equal(0, left);
    }

    [Fact]
    [Trait("req", "SIM-131")]
    public async Task Create_carries_the_configuration_with_defaults_and_a_seed_from_the_session_id()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var command = Assert.IsType<CreateCommand>(gateway.Grains.Session("user_a", "s").Received().Single());
        var config = SimulationConfigJson.Read(command.Config.Json);
        Assert.Equal((1_721_136_600_000_000, 1_721_160_000_000_000), (config.Start, config.End));
        Assert.Equal((Int128)50_000 * SimulationConfig.MoneyUnit, config.InitialCash);
        var plain = new SimulationConfig { Start = config.Start, End = config.End, InitialCash = config.InitialCash, Seed = config.Seed };
        Assert.Equal(plain, config);
        Assert.Equal(Sessions.CommandMapper.SeedOf("s"), config.Seed);
        Assert.NotEqual(Sessions.CommandMapper.SeedOf("t"), config.Seed);
        Assert.Equal(("polygon", "adjusted", "r-create"), (command.DataProvider, command.DataVersion, command.RequestId));
    }

    [Fact]
    public async Task Create_carries_every_parameter_of_the_execution_model()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync(extra: ""","slippage_bps":7,"extensions":["extended_hours","fractional_quantity"],"execution":{"execution_timing":"current_close","bar_path":"high_first","limit_fill":"touch","slippage_model":"volume_share","commission_model":"ibkr_fixed","account_type":"unlimited","ratio_sampling":"per_tick","price_rounding":"none","leverage":"2.5","spread_bps":"1.5","max_participation":"0.1","seed":7,"latency_ms":3,"max_open_orders":4}""");
        var config = SimulationConfigJson.Read(((CreateCommand)gateway.Grains.Session("user_a", "s").Received().Single()).Config.Json);
        Assert.Equal((ExecutionTiming.CurrentClose, BarPath.HighFirst, LimitFill.Touch, SlippageModel.VolumeShare, CommissionModel.IbkrFixed, AccountType.Unlimited, RatioSampling.PerTick), (config.Timing, config.Path, config.LimitFill, config.Slippage, config.Commission, config.Account, config.RatioSampling));
        Assert.Equal((PriceRounding.None, 2_500_000_000_000, 150_000_000, 100_000_000_000, 7ul, 3, 4), (config.PriceRounding, config.Leverage, config.SpreadRate, config.MaxParticipation, config.Seed, config.LatencyMs, config.MaxOpenOrders));
        Assert.Equal((7 * SimulationConfig.BasisPoint, true, true), (config.SlippageRate, config.ExtendedHours, config.FractionalQuantity));
    }

    [Fact]
    [Trait("req", "SIM-182")]
    [Trait("req", "SIM-183")]
    [Trait("req", "SIM-194")]
    public async Task Orders_reach_the_session_with_what_is_wrong_with_them()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""
            {"type":"order_batch","data":{"batch_id":"b-1","execution_mode":"atomic","parent_strategy":"p","orders":[{"order_id":"a","symbol":"KO","side":"sell","type":"limit","quantity":40,"price":"63.10","time_in_force":"gtc"},
            {"order_id":"b","symbol":"KO","side":"buy","type":"market","quantity":1.5},{"order_id":"c","symbol":"KO","side":"buy","type":"limit","quantity":1},{"order_id":"d","symbol":"KO","side":"up","type":"market","quantity":1}]},"request_id":"r-3"}
            """);
        await client.ReceiveAsync("batch_ack");
        var batch = gateway.Grains.Session("user_a", "s").Received().OfType<BatchCommand>().Single();
        Assert.Equal(("b-1", true, "p", "r-3"), (batch.BatchId, batch.Atomic, batch.ParentStrategy, batch.RequestId));
        Assert.Equal(new ClientOrder { OrderId = "a", Symbol = "KO", Side = OrderSide.Sell, Type = OrderType.Limit, TimeInForce = TimeInForce.GoodTilCancelled, Quantity = 4_000_000_000, Price = 6_310_000_000 }, batch.Orders[0]);
        Assert.Equal([(Reason.InvalidQuantity, "1.5"), (Reason.InvalidPrice, null), (Reason.InvalidOrder, "side")], batch.Orders.Skip(1).Select(order => (order.Fault, order.FaultText)));
    }

    [Theory]
    [Trait("req", "SIM-091")]
    [InlineData("garbage", "INVALID_MESSAGE")]
    [InlineData("{}", "INVALID_MESSAGE")]
    [InlineData("{\"type\":\"tick\"}", "UNKNOWN_MESSAGE_TYPE")]
    [InlineData("{\"type\":\"tick_ack\",\"data\":{}}", "INVALID_FIELD")]
    [InlineData("{\"type\":\"order_batch\",\"data\":{\"batch_id\":\"b\"}}", "INVALID_FIELD")]
    public async Task A_bad_message_gives_one_validation_error_and_the_connection_stays_usable(string text, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync(text);
        var error = await client.ReceiveErrorAsync(code);
        Assert.Equal(("validation", "error", true), (error.GetProperty("error_type").GetString(), error.GetProperty("severity").GetString(), error.GetProperty("recoverable").GetBoolean()));
        await client.SendAsync("""{"type":"query_positions","request_id":"q"}""");
        Assert.Equal("q", (await client.ReceiveAsync("current_positions")).GetProperty("request_id").GetString());
        Assert.Equal(2, gateway.Grains.Session("user_a", "s").Received().Length);
    }

    [Fact]
    [Trait("req", "SIM-206")]
    [Trait("req", "SIM-272")]
    public async Task A_batch_that_does_not_parse_gives_an_error_alone_with_its_request_id()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync("""{"type":"order_batch","data":{"batch_id":"b","orders":[{"symbol":"KO"}]},"request_id":"r-9"}""");
        await client.SendAsync("""{"type":"query_positions"}""");
        var message = await client.ReceiveAsync("error");
        Assert.Equal(("r-9", "r-9"), (message.GetProperty("request_id").GetString(), message.GetProperty("data").GetProperty("failed_request_id").GetString()));
        await client.ReceiveAsync("current_positions");
        Assert.Empty(gateway.Grains.Session("user_a", "s").Received().OfType<BatchCommand>());
    }

    [Fact]
    [Trait("req", "SIM-091")]
    public async Task Binary_and_oversized_messages_are_dropped_with_an_error()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("MaximumMessageBytes", "2048"), ("HardMessageBytes", "100000"));
        using var client = await gateway.CreateAsync();
        await client.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
        await client.ReceiveErrorAsync("INVALID_MESSAGE");
        foreach (var bytes in new[] { 2_049, 5_000, 60_000 })
        {
            await client.SendAsync(new string(' ', bytes));
            await client.ReceiveErrorAsync("INVALID_MESSAGE");
        }

        const string query = """{"type":"query_positions"}""";
        await client.SendAsync(query + new string(' ', 2_048 - query.Length));
        await client.ReceiveAsync("current_positions");
    }

    [Fact]
    public async Task A_message_beyond_the_hard_limit_closes_with_1009()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("MaximumMessageBytes", "2048"), ("HardMessageBytes", "10000"));
        using var client = await gateway.CreateAsync();
        var part = new byte[4_096];
        for (var i = 0; i < 4; i++) await client.Socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        await client.ReceiveErrorAsync("INVALID_MESSAGE");
        Assert.Equal(1009, await client.ReceiveCloseAsync());
    }

    [Fact]
    [Trait("req", "SIM-081")]
    public async Task A_message_in_many_fragments_is_one_message()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        var bytes = System.Text.Encoding.UTF8.GetBytes(TestClient.Create("s", ",\"pad\":\"" + new string('x', 20_000) + "\""));
        for (var i = 0; i < bytes.Length; i += 997)
        {
            var length = Math.Min(997, bytes.Length - i);
            await client.Socket.SendAsync(bytes.AsMemory(i, length), WebSocketMessageType.Text, i + length == bytes.Length, CancellationToken.None);
        }

        await client.ReceiveAsync("session_created");
    }

    [Fact]
    [Trait("req", "SIM-128")]
    [Trait("req", "SIM-096")]
    public async Task One_connection_carries_one_session()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        await client.SendAsync(TestClient.Create("other"));
        Assert.Equal("r-create", (await client.ReceiveErrorAsync("INVALID_SESSION_STATE")).GetProperty("failed_request_id").GetString());
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":0}}""");
        await client.ReceiveErrorAsync("INVALID_SESSION_STATE");
        Assert.DoesNotContain("user_a/other", gateway.Grains.Sessions.Keys);
    }

    [Theory]
    [Trait("req", "SIM-127")]
    [Trait("req", "SIM-096")]
    [InlineData("""{"type":"start_simulation"}""")]
    [InlineData("""{"type":"tick_ack","data":{"sequence_id":1,"processing_status":"ready"}}""")]
    [InlineData("""{"type":"resume_simulation"}""")]
    [InlineData("""{"type":"pause_simulation"}""")]
    [InlineData("""{"type":"query_positions"}""")]
    [InlineData("""{"type":"order_batch","data":{"batch_id":"b","orders":[]}}""")]
    public async Task Without_a_session_only_create_resume_and_disconnect_are_accepted(string text)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(text);
        Assert.Equal("validation", (await client.ReceiveErrorAsync("INVALID_SESSION_STATE")).GetProperty("error_type").GetString());
        await client.SendAsync(TestClient.Create("s"));
        await client.ReceiveAsync("session_created");
    }

    [Fact]
    [Trait("req", "SIM-086")]
    [Trait("req", "SIM-129")]
    public async Task A_foreign_user_id_is_ignored_and_a_foreign_session_id_refused()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(TestClient.Create("s").Replace("\"request_id\"", "\"user_id\":\"user_b\",\"request_id\"", StringComparison.Ordinal));
        await client.ReceiveAsync("session_created");
        Assert.Equal(["user_a/s"], gateway.Grains.Sessions.Keys);
        await client.SendAsync("""{"type":"pause_simulation","data":{"session_id":"t"},"request_id":"p"}""");
        Assert.Equal("session_id", (await client.ReceiveErrorAsync("INVALID_FIELD")).GetProperty("context").GetProperty("field").GetString());
        await client.SendAsync("""{"type":"disconnect","data":{"session_id":"t"}}""");
        await client.ReceiveErrorAsync("INVALID_FIELD");
        await client.SendAsync("""{"type":"query_positions","data":{"session_id":"s"}}""");
        await client.ReceiveAsync("current_positions");
        Assert.Equal(2, gateway.Grains.Session("user_a", "s").Received().Length);
    }

    [Fact]
    [Trait("req", "SIM-045")]
    [Trait("req", "SIM-046")]
    public async Task A_foreign_session_is_the_same_error_as_a_missing_one()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Session("user_b", "s").Status = Running("s"));
        using var client = await gateway.ConnectAsync("user_a");
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":0}}""");
        var foreign = await client.ReceiveErrorAsync("SESSION_NOT_FOUND");
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"never-was","last_processed_sequence_id":0}}""");
        var missing = await client.ReceiveErrorAsync("SESSION_NOT_FOUND");
        Assert.Equal(missing.GetRawText(), foreign.GetRawText());
        Assert.Empty(gateway.Grains.Session("user_b", "s").Calls);
    }

    [Fact]
    [Trait("req", "SIM-087")]
    public async Task A_resumed_session_keeps_its_symbols_and_extensions_and_numbers_anew()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Session("user_a", "s").Status = Running("s", "batched_ticks", "fractional_quantity"));
        using var client = await gateway.ConnectAsync();
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":118,"client_state_hash":"h"},"request_id":"r-20"}""");
        var sync = await client.ReceiveAsync("state_sync");
        Assert.Equal((1, "r-20", 119), (sync.GetProperty("sequence_id").GetInt32(), sync.GetProperty("request_id").GetString(), sync.GetProperty("data").GetProperty("next_sequence_id").GetInt32()));
        await client.SendAsync(TestClient.Ack(118));
        var ticks = await client.ReceiveAsync("ticks");
        Assert.Equal("""["KO"]""", ticks.GetProperty("data").GetProperty("ticks")[0].GetProperty("symbols_trading").GetRawText());
        await client.SendAsync("""{"type":"order_batch","data":{"batch_id":"b","orders":[{"order_id":"a","symbol":"KO","side":"buy","type":"market","quantity":"0.5"}]}}""");
        await client.ReceiveAsync("batch_ack");
        Assert.Equal(50_000_000, gateway.Grains.Session("user_a", "s").Received().OfType<BatchCommand>().Single().Orders[0].Quantity);
    }

    [Fact]
    public async Task An_unfinished_session_id_cannot_be_created_again_and_its_connection_is_left_alone()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Session("user_a", "s").Status = Running("s"));
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(TestClient.Create("s"));
        await client.ReceiveErrorAsync("SESSION_ALREADY_EXISTS");
        Assert.Empty(gateway.Grains.Session("user_a", "s").Received());
        await client.SendAsync(TestClient.Create("t"));
        await client.ReceiveAsync("session_created");
    }

    [Fact]
    public async Task A_refused_create_leaves_the_connection_without_a_session()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([Refusal()]);
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(TestClient.Create("s"));
        await client.SendAsync(Start);
        await client.ReceiveErrorAsync("INVALID_DATE_RANGE");
        await client.ReceiveErrorAsync("INVALID_SESSION_STATE");
        Assert.Equal(["attach", "exchange", "detach"], gateway.Grains.Session("user_a", "s").Calls);
        await client.SendAsync(TestClient.Create("t"));
        await client.ReceiveAsync("session_created");
    }

    [Fact]
    [Trait("req", "SIM-332")]
    public async Task A_client_that_names_no_extension_sees_only_the_documented_types()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = request => FakeSession.Reply(
        [
            new StatusOutput(Running("s"), Resumed: true),
            new OrderUpdateOutput("o", OrderState.Cancelled, null, 0, 1),
            new AdvancedOutput(1, 1, "end"),
            new ReportOutput("{}"),
            FakeSession.Tick(1),
            FakeSession.Tick(2),
            .. request.Commands.SelectMany(FakeSession.Default),
        ]);
        await client.SendAsync("""{"type":"query_positions"}""");
        List<int> numbers = [(await client.ReceiveAsync("tick")).GetProperty("sequence_id").GetInt32(), (await client.ReceiveAsync("tick")).GetProperty("sequence_id").GetInt32(), (await client.ReceiveAsync("current_positions")).GetProperty("sequence_id").GetInt32()];
        Assert.Equal([2, 3, 4], numbers);
    }

    [Theory]
    [Trait("req", "SIM-066")]
    [Trait("req", "SIM-067")]
    [Trait("req", "SIM-069")]
    [Trait("req", "SIM-280")]
    [InlineData("", "rate_limit")]
    [InlineData("&error_types=core", "connection")]
    public async Task A_refusal_by_a_limit_is_told_in_full_and_its_type_folded_for_core_clients(string query, string type)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync(query: query);
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([RateLimited()]);
        await client.SendAsync(TestClient.Create("s"));
        var error = await client.ReceiveErrorAsync("RATE_LIMIT_EXCEEDED");
        Assert.Equal((type, "error", true, 2_700_000), (error.GetProperty("error_type").GetString(), error.GetProperty("severity").GetString(), error.GetProperty("recoverable").GetBoolean(), error.GetProperty("retry_after_ms").GetInt32()));
        Assert.Equal("""{"limit":"50 sessions/hour","current_usage":51,"reset_time":"2026-02-03T10:00:00Z","plan":"professional"}""", error.GetProperty("context").GetRawText());
    }

    [Fact]
    [Trait("req", "SIM-071")]
    public async Task One_refusal_leaves_the_connection_and_repeated_ones_within_a_minute_close_it()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("RefusalsPerMinute", "5"));
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([RateLimited()]);
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 5; i++)
            {
                await client.SendAsync("""{"type":"query_positions"}""");
                await client.ReceiveErrorAsync("RATE_LIMIT_EXCEEDED");
            }

            if (minute < 2) gateway.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await client.SendAsync("""{"type":"query_positions"}""");
        await client.ReceiveErrorAsync("RATE_LIMIT_EXCEEDED");
        Assert.Equal("preserved_for_resume", (await client.ReceiveClosingAsync("rate_limit", 4003)).GetProperty("session_state").GetString());
    }

    [Fact]
    [Trait("req", "SIM-281")]
    public async Task A_failed_call_reveals_nothing_and_closes_so_that_the_client_resumes()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => throw new InvalidOperationException("secret table journal_entries at node 7");
        await client.SendAsync("""{"type":"query_positions"}""");
        var error = await client.ReceiveErrorAsync("INTERNAL_ERROR");
        Assert.DoesNotContain("secret", error.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("connection", error.GetProperty("error_type").GetString());
        Assert.Equal(1011, await client.ReceiveCloseAsync());
        await gateway.Grains.Session("user_a", "s").Detached.Task;
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_ends_like_a_failed_call()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        gateway.Grains.Session("user_a", "s").Answer = _ => FakeSession.Reply([FakeSession.Tick(1), FakeSession.Tick(2) with { Symbols = 65 }]);
        await client.SendAsync(TestClient.Ack(1));
        await client.ReceiveErrorAsync("INTERNAL_ERROR");
        Assert.Equal(1011, await client.ReceiveCloseAsync());
    }

    private static SessionStatus Running(string id, params string[] extensions) => new(id, SessionState.Running, ["KO"], 1_721_136_600_000_000, 118, 118, 390, extensions, true);

    private static ErrorOutput RateLimited() => new(
        "RATE_LIMIT_EXCEEDED", "x", "rate_limit", "error", true, 2_700_000,
        [new("limit", "50 sessions/hour", null), new("current_usage", null, 51), new("reset_time", "2026-02-03T10:00:00Z", null), new("plan", "professional", null)]);
}

using System.Globalization;
using System.Text.Json;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Protocol.Tests;

public sealed class MessageWriterTests
{
    public static TheoryData<string, string> Samples => new()
    {
        { "connection_ready", """{"type":"connection_ready","data":{"user_id":"user_7f3a","plan":"professional","server_time":"2026-02-03T09:15:00.100Z","connection_expires_at":"2026-02-03T17:15:00.100Z","idle_timeout_sec":3600,"max_simulation_duration_sec":604800,"concurrent_connections_limit":10,"supported_features":["batch_orders","interactive_control"]},"timestamp":"2026-02-03T09:15:00.120Z"}""" },
        { "connection_warning", """{"type":"connection_warning","data":{"warning_type":"approaching_timeout","message":"About five minutes left on this connection","expires_at":"2026-02-03T17:15:00Z","action_required":"complete_simulation_or_reconnect","seconds_remaining":300},"timestamp":"2026-02-03T17:10:00Z"}""" },
        { "connection_closing", """{"type":"connection_closing","data":{"reason":"idle_timeout","message":"No activity for 60 minutes","close_code":4000,"reconnect_allowed":true,"session_state":"preserved_for_resume"},"timestamp":"2026-02-03T11:02:00Z"}""" },
        { "session_created", """{"type":"session_created","data":{"session_id":"mean-rev-17","estimated_ticks":390,"symbols_loaded":["NVDA","KO"],"data_range_actual":{"NVDA":{"start":"2024-07-16T13:30:00Z","end":"2024-07-16T20:00:00Z","candles":390,"missing_candles":0},"KO":{"start":"2024-07-16T13:30:00Z","end":"2024-07-16T20:00:00Z","candles":389,"missing_candles":1}}},"request_id":"r-1","timestamp":"2026-02-03T09:15:01.640Z"}""" },
        { "simulation_started", """{"type":"simulation_started","data":{"session_id":"mean-rev-17","started_at":"2026-02-03T09:15:02.010Z","estimated_duration_sec":8,"tick_interval_ms":20,"flow_control_enabled":true},"request_id":"r-2","timestamp":"2026-02-03T09:15:02.015Z"}""" },
        { "tick", """{"type":"tick","data":{"sim_time":"2024-07-16T13:30:00Z","sequence_id":1,"market_session":"regular","symbols_trading":["NVDA","KO"],"is_eod":false},"sequence_id":3,"timestamp":"2026-02-03T09:15:02.020Z"}""" },
        { "batch_ack", """{"type":"batch_ack","data":{"batch_id":"b-1","accepted_orders":["o-1","o-2"],"rejected_orders":{"o-3":"INSUFFICIENT_BUYING_POWER"},"estimated_fills":{"o-1":"128.40","o-2":"63.10"}},"request_id":"r-3","timestamp":"2026-02-03T09:15:02.046Z"}""" },
        { "execution_report", """{"type":"execution_report","data":{"execution_id":"x-1","order_id":"o-1","symbol":"NVDA","side":"buy","executed_quantity":40,"executed_price":"128.46","execution_time":"2024-07-16T13:30:00Z","commission":"0.20","slippage_bps":5,"is_partial":false,"remaining_quantity":0,"fill_reason":"market_open"},"timestamp":"2026-02-03T09:15:02.050Z"}""" },
        { "account_snapshot", """{"type":"account_snapshot","data":{"cash":"44861.40","equity":"49997.40","buying_power":"38550.90","day_pnl":"-2.60","positions":[{"symbol":"NVDA","quantity":40,"avg_cost":"128.46","market_value":"5136.00","unrealized_pnl":"-2.40"}],"open_orders":1},"timestamp":"2026-02-03T09:15:02.052Z"}""" },
        { "current_positions", """{"type":"current_positions","data":{"cash":"44861.40","equity":"50013.40","buying_power":"38550.90","day_pnl":"13.40","positions":[{"symbol":"NVDA","quantity":40,"avg_cost":"128.46","market_value":"5152.00","unrealized_pnl":"13.60"}],"open_orders":1},"request_id":"r-5","timestamp":"2026-02-03T09:15:06.003Z"}""" },
        { "simulation_paused", """{"type":"simulation_paused","data":{"session_id":"mean-rev-17","state":"paused","sim_time":"2024-07-16T15:05:00Z","sequence_id":96,"ticks_completed":96,"estimated_ticks":390,"progress_pct":"24.61"},"request_id":"r-4","timestamp":"2026-02-03T09:15:05.004Z"}""" },
        { "state_sync", """{"type":"state_sync","data":{"current_sim_time":"2024-07-16T15:28:00Z","next_sequence_id":119,"account_snapshot":{"cash":"38550.90","equity":"50020.90","buying_power":"38550.90","day_pnl":"20.90","positions":[{"symbol":"NVDA","quantity":40,"avg_cost":"128.46","market_value":"5148.00","unrealized_pnl":"9.60"},{"symbol":"KO","quantity":100,"avg_cost":"63.10","market_value":"6322.00","unrealized_pnl":"12.00"}],"open_orders":0},"pending_orders":[],"missed_executions":[{"execution_id":"x-2","order_id":"o-2","symbol":"KO","side":"buy","executed_quantity":100,"executed_price":"63.10","execution_time":"2024-07-16T15:27:14Z","commission":"0.50","slippage_bps":0,"is_partial":false,"remaining_quantity":0,"fill_reason":"limit_touched"}]},"request_id":"r-20","timestamp":"2026-02-03T09:31:00.030Z"}""" },
        { "error", """{"type":"error","data":{"error_code":"INVALID_ORDER_QUANTITY","message":"Quantity has to be above zero","error_type":"validation","severity":"error","recoverable":true,"failed_request_id":"r-7","context":{"order_id":"o-9","quantity":-25,"generic_code":"INVALID_ORDER"}},"request_id":"r-7","timestamp":"2026-02-03T09:16:00Z"}""" },
        { "simulation_complete", """{"type":"simulation_complete","data":{"session_id":"mean-rev-17","final_equity":"50240.15","total_return_pct":"0.4803","total_trades":3,"winning_trades":2,"total_commission":"1.20","max_drawdown_pct":"0.31","sharpe_ratio":null,"sortino_ratio":null,"calmar_ratio":null,"simulation_duration_sec":9},"timestamp":"2026-02-03T09:15:11Z"}""" },
        { "simulation_resumed", """{"type":"simulation_resumed","data":{"session_id":"mean-rev-17","state":"running","sim_time":"2024-07-16T15:05:00Z","sequence_id":96,"ticks_completed":96,"estimated_ticks":390,"progress_pct":"24.61"},"request_id":"r-6","timestamp":"2026-02-03T09:15:10.002Z"}""" },
        { "order_update", """{"type":"order_update","data":{"order_id":"o-2","status":"cancelled","reason":"cancelled_by_client","remaining_quantity":100,"sim_time":"2024-07-16T15:06:00Z"},"request_id":"r-8","timestamp":"2026-02-03T09:15:12.004Z"}""" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    [Trait("req", "SIM-103")]
    [Trait("req", "SIM-142")]
    [Trait("req", "SIM-144")]
    [Trait("req", "SIM-150")]
    [Trait("req", "SIM-211")]
    [Trait("req", "SIM-235")]
    [Trait("req", "SIM-240")]
    [Trait("req", "SIM-271")]
    [Trait("req", "SIM-276")]
    [Trait("req", "SIM-282")]
    public void Every_message_has_the_shape_and_the_values_of_its_sample(string type, string sample)
    {
        var timestamp = JsonAssert.Parse(sample).GetProperty("timestamp").GetString()!;
        JsonAssert.MatchesSample(WithoutSequence(sample), ServerMessages.Render(type, timestamp));
    }

    [Fact]
    [Trait("req", "SIM-081")]
    [Trait("req", "SIM-082")]
    public void Every_message_is_one_object_with_type_data_and_timestamp()
    {
        foreach (var type in ServerMessages.Types)
        {
            var message = ServerMessages.Render(type);
            Assert.Equal(type, message.GetProperty("type").GetString());
            Assert.Equal(JsonValueKind.Object, message.GetProperty("data").ValueKind);
            Assert.Equal("2026-02-03T09:15:00.120Z", message.GetProperty("timestamp").GetString());
        }
    }

    [Fact]
    [Trait("req", "SIM-087")]
    public void Session_messages_are_numbered_from_1_and_connection_messages_not()
    {
        using var json = new JsonText();
        var writer = new MessageWriter(json) { Timestamp = 1 };
        writer.ConnectionReady(default(ConnectionReadyData) with { SupportedFeatures = [] });
        writer.ExecutionReport(ServerMessages.Fill, null);
        writer.ConnectionWarning(default);
        writer.Error(ErrorData.Validation("INVALID_FIELD", "x"), null, null);
        writer.Tick(new TickWriter(["A"]), 0, 77, 2, [1], null);
        writer.ConnectionClosing(default);
        var numbers = Enumerable.Range(0, json.FrameCount).Select(i => JsonAssert.Parse(json.Frame(i).Span)).Select(m => m.TryGetProperty("sequence_id", out var n) ? n.GetInt64() : 0);
        Assert.Equal([0, 1, 0, 0, 2, 0], numbers);
    }

    [Fact]
    [Trait("req", "SIM-007")]
    [Trait("req", "SIM-158")]
    [Trait("req", "SIM-296")]
    [Trait("req", "SIM-297")]
    public void No_message_can_carry_market_data_or_strategy_code()
    {
        string[] allowed = [".estimated_fills", ".executed_price", ".avg_cost", ".market_value"];
        string[] suspicious = ["price", "open", "high", "low", "close", "volume", "quote", "bid", "ask", "candle", "bar", "ohlc", "vwap", "last", "mark", "value", "code", "strategy", "script", "source"];
        string[] harmless = [".open_orders", ".close_code", ".error_code", ".generic_code", ".market_session", ".candles", ".missing_candles", ".symbols_loaded", ".flow_control_enabled", ".seconds_remaining"];
        foreach (var type in ServerMessages.Types)
        {
            foreach (var path in JsonAssert.Paths(ServerMessages.Render(type)))
            {
                if (allowed.Any(name => path.Contains(name, StringComparison.Ordinal)) || harmless.Any(name => path.EndsWith(name, StringComparison.Ordinal))) continue;
                var words = path.Split('.', '_', '[', ']');
                Assert.DoesNotContain(words, word => suspicious.Contains(word));
            }
        }

        string[] tick = ["sim_time", "sequence_id", "market_session", "symbols_trading", "is_eod"];
        Assert.Equal(tick, ServerMessages.Render("tick").GetProperty("data").EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void A_batch_of_ticks_holds_the_payloads_of_single_ticks()
    {
        var ticks = ServerMessages.Render("ticks").GetProperty("data").GetProperty("ticks");
        Assert.Equal("""{"sim_time":"2024-07-16T13:30:00Z","sequence_id":1,"market_session":"regular","symbols_trading":["NVDA","KO"],"is_eod":false}""", ticks[0].GetRawText());
        Assert.Equal("""{"sim_time":"2024-07-16T19:59:00Z","sequence_id":2,"market_session":"regular","symbols_trading":["KO"],"is_eod":true}""", ticks[1].GetRawText());
    }

    [Fact]
    [Trait("req", "SIM-256")]
    public void Ticks_over_many_days_and_symbols_agree_with_a_plain_rendering()
    {
        var random = new Random(3);
        var symbols = Enumerable.Range(0, 130).Select(i => string.Create(CultureInfo.InvariantCulture, $"S\"{i}")).ToArray();
        var ticks = new TickWriter(symbols);
        using var json = new JsonText();
        var mask = new ulong[ticks.Words];
        var micros = ServerMessages.Instant("2023-12-30T23:58:00Z");
        for (var i = 1; i < 3_000; i++)
        {
            if (i % 7 == 0)
            {
                for (var word = 0; word < mask.Length; word++) mask[word] = (ulong)random.NextInt64();
            }

            micros += random.Next(1, 100) * 60_000_000L;
            var session = (byte)random.Next(1, 4);
            json.Clear();
            ticks.Write(json, micros, i, (byte)(session | (i % 5 == 0 ? 128 : 0)), mask);
            var tick = JsonAssert.Parse(json.Written.Span);
            Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(micros * 10), tick.GetProperty("sim_time").GetDateTimeOffset());
            Assert.Equal(i, tick.GetProperty("sequence_id").GetInt32());
            Assert.Equal(session switch { 1 => "pre_market", 2 => "regular", _ => "after_hours" }, tick.GetProperty("market_session").GetString());
            Assert.Equal(i % 5 == 0, tick.GetProperty("is_eod").GetBoolean());
            var expected = symbols.Where((_, s) => (mask[s / 64] >> (s % 64) & 1) != 0);
            Assert.Equal(expected, tick.GetProperty("symbols_trading").EnumerateArray().Select(s => s.GetString()!));
        }
    }

    [Theory]
    [Trait("req", "SIM-280")]
    [InlineData(false, "rate_limit")]
    [InlineData(true, "connection")]
    public void Core_error_types_fold_the_fifth_type(bool core, string type)
    {
        var message = ServerMessages.Render(writer =>
        {
            writer.CoreErrorTypes = core;
            writer.Error(new ErrorData("RATE_LIMIT_EXCEEDED", "x", "rate_limit", "error", true, 1_000), null, "r");
        });
        Assert.Equal(type, message.GetProperty("data").GetProperty("error_type").GetString());
    }

    [Theory]
    [Trait("req", "SIM-278")]
    [Trait("req", "SIM-279")]
    [InlineData("INVALID_ORDER_QUANTITY", "INVALID_ORDER")]
    [InlineData("INVALID_ORDER_PRICE", "INVALID_ORDER")]
    [InlineData("INSUFFICIENT_BUYING_POWER", "INSUFFICIENT_FUNDS")]
    [InlineData("INVALID_FIELD", null)]
    public void The_generic_form_of_a_code_goes_into_the_context(string code, string? generic)
    {
        var data = ServerMessages.Render(writer => writer.Error(ErrorData.Validation(code, "x"), null, "r-1")).GetProperty("data");
        Assert.Equal(code, data.GetProperty("error_code").GetString());
        Assert.Equal(generic is not null, data.GetProperty("context").TryGetProperty("generic_code", out var found));
        if (generic is not null) Assert.Equal(generic, found.GetString());
    }

    [Fact]
    [Trait("req", "SIM-272")]
    public void An_error_repeats_the_request_id_in_both_places()
    {
        var message = ServerMessages.Render("error");
        Assert.Equal("r-7", message.GetProperty("request_id").GetString());
        Assert.Equal("r-7", message.GetProperty("data").GetProperty("failed_request_id").GetString());
    }

    [Theory]
    [Trait("req", "SIM-203")]
    [InlineData(null, "INVALID_ORDER_PRICE")]
    [InlineData("price is missing", "INVALID_ORDER_PRICE: price is missing")]
    public void A_rejection_is_a_code_and_perhaps_a_text(string? text, string written)
    {
        var message = ServerMessages.Render(writer =>
        {
            writer.BeginBatchAck("b");
            writer.BeginRejectedOrders();
            writer.RejectedOrder("o", "INVALID_ORDER_PRICE", text);
            writer.BeginEstimatedFills();
            writer.EndBatchAck(null);
        });
        Assert.Equal(written, message.GetProperty("data").GetProperty("rejected_orders").GetProperty("o").GetString());
    }

    [Fact]
    [Trait("req", "SIM-202")]
    public void Nothing_rejected_is_an_empty_object()
    {
        var message = ServerMessages.Render(writer =>
        {
            writer.BeginBatchAck("b");
            writer.AcceptedOrder("o");
            writer.BeginRejectedOrders();
            writer.BeginEstimatedFills();
            writer.EstimatedFill("o", 100_000_000);
            writer.EndBatchAck(null);
        });
        Assert.Equal("{}", message.GetProperty("data").GetProperty("rejected_orders").GetRawText());
    }

    [Fact]
    [Trait("req", "SIM-237")]
    [Trait("req", "SIM-240")]
    [Trait("req", "SIM-242")]
    public void A_written_account_balances_to_the_last_digit_over_seeded_positions()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var cash = (Int128)random.NextInt64(-1_000_000_000_000, 1_000_000_000_000) * 10_000_000_000;
            var positions = Enumerable.Range(0, random.Next(6)).Select(i => (Quantity: random.NextInt64(-900, 900) * 100_000_000, Entry: random.NextInt64(1, 90_000) * 1_000_000, Mark: random.NextInt64(1, 90_000) * 1_000_000)).ToArray();
            var equity = positions.Aggregate(cash, (sum, position) => sum + ((Int128)position.Quantity * position.Mark));
            var data = ServerMessages.Render(writer =>
            {
                var account = new AccountData(cash, equity, 0, 0, 0);
                writer.BeginAccount(false, account);
                for (var i = 0; i < positions.Length; i++) writer.Position($"S{i}", positions[i].Quantity, (Int128)positions[i].Quantity * positions[i].Entry, positions[i].Mark);
                writer.EndAccount(account, null);
            }).GetProperty("data");
            var listed = data.GetProperty("positions").EnumerateArray().ToArray();
            Assert.Equal(positions.Count(position => position.Quantity != 0), listed.Length);
            Assert.Equal(Number(data, "equity"), Number(data, "cash") + listed.Sum(position => Number(position, "market_value")));
            Assert.All(listed, position => Assert.Equal(Number(position, "unrealized_pnl"), Number(position, "market_value") - (Number(position, "avg_cost") * position.GetProperty("quantity").GetInt64())));
        }
    }

    [Theory]
    [InlineData("1000.00", 300_000_000, "333.33333333")]
    [InlineData("2000.00", 300_000_000, "666.66666667")]
    [InlineData("-1000.00", -300_000_000, "333.33333333")]
    public void Average_cost_is_rounded_to_eight_places(string cost, long quantity, string average)
    {
        var message = ServerMessages.Render(writer =>
        {
            writer.BeginAccount(false, default);
            writer.Position("A", quantity, ServerMessages.Money(cost), 100_000_000);
            writer.EndAccount(default, null);
        });
        Assert.Equal(average, message.GetProperty("data").GetProperty("positions")[0].GetProperty("avg_cost").GetString());
    }

    [Theory]
    [Trait("req", "SIM-214")]
    [InlineData(true, 12_846, 12_840, 5)]
    [InlineData(false, 12_834, 12_840, 5)]
    [InlineData(true, 12_840, 12_846, -5)]
    [InlineData(true, 10_000, 10_000, 0)]
    [InlineData(true, 20_003, 20_000, 2)]
    public void Slippage_is_told_in_whole_basis_points(bool buy, long price, long reference, long bps)
    {
        var message = ServerMessages.Render(writer => writer.ExecutionReport(ServerMessages.Fill with { IsBuy = buy, Price = price * 1_000_000, ReferencePrice = reference * 1_000_000 }, null));
        Assert.Equal(bps, message.GetProperty("data").GetProperty("slippage_bps").GetInt64());
    }

    [Theory]
    [InlineData(1.23456789, "1.234568")]
    [InlineData(2.0, "2.00")]
    [InlineData(-0.00000001, "0.00")]
    [InlineData(166.281836, "166.281836")]
    [InlineData(0.5, "0.50")]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, null)]
    public void Ratios_have_at_most_six_places_and_undefined_ones_are_null(double ratio, string? written)
    {
        var message = ServerMessages.Render(writer => writer.SimulationComplete(new SimulationCompleteData("s", 1, 1, 0, 0, 0, 0, ratio, null, null, 0), null));
        Assert.Equal(written, message.GetProperty("data").GetProperty("sharpe_ratio").GetString());
    }

    [Theory]
    [Trait("req", "SIM-287")]
    [InlineData("50000", "50240.15", "0.4803")]
    [InlineData("100000", "100000", "0.00")]
    [InlineData("3", "2", "-33.333333")]
    [InlineData("999999999999999999", "1", "-100.00")]
    [InlineData("0.01", "1000000", "9999999900.00")]
    public void The_total_return_is_final_over_initial_less_1_in_percent(string initial, string final, string percent)
    {
        var message = ServerMessages.Render(writer => writer.SimulationComplete(new SimulationCompleteData("s", ServerMessages.Money(initial), ServerMessages.Money(final), 0, 0, 0, 0, null, null, null, 0), null));
        Assert.Equal(percent, message.GetProperty("data").GetProperty("total_return_pct").GetString());
    }

    [Fact]
    public void Fractional_quantities_are_decimals_only_with_the_extension()
    {
        var fill = ServerMessages.Fill with { Quantity = 50_000_000, Remaining = 1 };
        var message = ServerMessages.Render(writer =>
        {
            writer.FractionalQuantity = true;
            writer.ExecutionReport(fill, null);
        });
        Assert.Equal(("0.5", "0.00000001"), (message.GetProperty("data").GetProperty("executed_quantity").GetString(), message.GetProperty("data").GetProperty("remaining_quantity").GetString()));
    }

    private static decimal Number(JsonElement element, string name) => decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static string WithoutSequence(string sample) => sample.Replace("},\"sequence_id\":3,", "},", StringComparison.Ordinal);
}

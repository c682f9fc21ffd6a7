using System.Net;
using System.Text.Json;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class BacktestTests
{
    [Fact]
    public async Task A_start_is_accepted_and_says_where_to_look()
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var prefix in (string[])["", "/api/v1"])
        {
            var (status, text, location) = await RunHttp.PostAsync(gateway, prefix + "/backtests", RunHttp.Backtest);
            Assert.Equal(HttpStatusCode.Accepted, status);
            var started = JsonDocument.Parse(text).RootElement;
            var id = started.GetProperty("id").GetString()!;
            Assert.Equal($"{prefix}/backtests/{id}", location!.OriginalString);
            Assert.Equal("queued", started.GetProperty("state").GetString());
            Assert.Equal(id, (await GetAsync(gateway, location.OriginalString)).GetProperty("id").GetString());
        }
    }

    [Fact]
    public async Task What_is_asked_for_reaches_the_engine_exactly()
    {
        await using var gateway = await TestGateway.StartAsync();
        var body = RunHttp.Backtest;
        body = RunHttp.With(body, "data_provider", "\"Tiingo\"");
        body = RunHttp.With(body, "data_version", "\"raw\"");
        body = RunHttp.With(body, "commission_per_share", "0.0123456789012345");
        body = RunHttp.With(body, "slippage_bps", "7");
        body = RunHttp.With(body, "extended_hours", "true");
        body = RunHttp.With(body, "fractional_quantity", "true");
        body = RunHttp.With(body, "execution", """{"latency_ms":250,"spread_bps":"1.5","account_type":"cash","seed":18446744073709551615}""");
        body = RunHttp.With(body, "strategy.short", "true");
        await RunHttp.StartAsync(gateway, "/backtests", body);
        var request = gateway.Grains.ServerRuns.Begun.Single();
        Assert.Equal((RunKind.Backtest, "tiingo", "raw", "sma_cross", true), (request.Kind, request.DataProvider, request.DataVersion, request.Strategy, request.Short));
        Assert.Equal((["KO"], [5], [20], [1_050_000_000L]), (request.Symbols.ToArray(), request.Fast.ToArray(), request.Slow.ToArray(), request.Quantity.ToArray()), Same);
        var expected = new SimulationConfig
        {
            Start = 1_721_088_000_000_000,
            End = 1_721_433_600_000_000,
            InitialCash = 10_005 * SimulationConfig.MoneyUnit / 10,
            CommissionPerShare = 123_456_789_012_345,
            SlippageRate = 7 * SimulationConfig.BasisPoint,
            ExtendedHours = true,
            FractionalQuantity = true,
            LatencyMs = 250,
            SpreadRate = 3 * SimulationConfig.BasisPoint / 2,
            Account = AccountType.Cash,
            Seed = ulong.MaxValue,
        };
        Assert.Equal(expected, SimulationConfigJson.Read(request.Config));

        static bool Same((string[] A, int[] B, int[] C, long[] D) one, (string[] A, int[] B, int[] C, long[] D) other) =>
            one.A.SequenceEqual(other.A) && one.B.SequenceEqual(other.B) && one.C.SequenceEqual(other.C) && one.D.SequenceEqual(other.D);
    }

    [Fact]
    public async Task What_is_left_out_has_the_defaults_of_a_session_and_a_seed_that_does_not_depend_on_the_id()
    {
        await using var gateway = await TestGateway.StartAsync();
        await RunHttp.StartAsync(gateway, "/backtests", RunHttp.With(RunHttp.Backtest, "strategy", "{}"));
        var request = gateway.Grains.ServerRuns.Begun.Single();
        Assert.Equal(("polygon", "adjusted", "sma_cross", 10, 30, 100_000_000, false), (request.DataProvider, request.DataVersion, request.Strategy, request.Fast.Single(), request.Slow.Single(), request.Quantity.Single(), request.Short));
        Assert.Equal(new SimulationConfig { Start = 1_721_088_000_000_000, End = 1_721_433_600_000_000, InitialCash = 10_005 * SimulationConfig.MoneyUnit / 10 }, SimulationConfigJson.Read(request.Config));
    }

    [Fact]
    public async Task A_completed_backtest_shows_the_engines_report_and_its_hash()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest);
        var run = gateway.Grains.ServerRuns.At("user_a", id);
        run.Change = status => status with { State = RunState.Running, StartedAt = 1_700_000_000_000_001, TicksDone = 300, TicksTotal = 1_000 };
        var running = await GetAsync(gateway, "/backtests/" + id);
        Assert.Equal(("running", "30.0", JsonValueKind.Null), (running.GetProperty("state").GetString(), running.GetProperty("progress").GetProperty("percentage").GetRawText(), running.GetProperty("result_hash").ValueKind));
        Assert.False(running.TryGetProperty("report", out _));
        run.Report = """{"session_id":"x","result_hash":"aa","metrics":{"final_equity":"1.5","sharpe_ratio":null},"equity_curve":[{"sim_time":"t","equity":"1"}]}""";
        run.Change = status => status with { State = RunState.Completed, EndedAt = 1_700_000_000_000_002, Done = 1, Best = FakeRun.Result(1), TicksDone = 1_000, TicksTotal = 1_000 };
        var completed = await GetAsync(gateway, "/backtests/" + id);
        Assert.Equal(run.Report, completed.GetProperty("report").GetRawText());
        Assert.Equal((new string('a', 64), "100.0"), (completed.GetProperty("result_hash").GetString(), completed.GetProperty("progress").GetProperty("percentage").GetRawText()));
        run.Change = status => status with { State = RunState.Failed, EndedAt = 1_700_000_000_000_002, Error = new RunError("NO_DATA_FOR_SYMBOL", "none") };
        var failed = await GetAsync(gateway, "/backtests/" + id);
        Assert.Equal("NO_DATA_FOR_SYMBOL", failed.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Ending_one_may_be_repeated()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/backtests", RunHttp.Backtest);
        for (var times = 0; times < 2; times++)
        {
            var answer = Ok(await SendAsync(gateway, HttpMethod.Delete, "/backtests/" + id));
            Assert.Equal("cancelled", answer.GetProperty("state").GetString());
        }
    }

    [Theory]
    [InlineData("symbols", null, "MISSING_FIELD", "symbols")]
    [InlineData("start", null, "MISSING_FIELD", "start")]
    [InlineData("end", null, "MISSING_FIELD", "end")]
    [InlineData("initial_cash", null, "MISSING_FIELD", "initial_cash")]
    [InlineData("strategy", null, "MISSING_FIELD", "strategy")]
    [InlineData("symbols", "[]", "INVALID_FIELD", "symbols")]
    [InlineData("symbols", "\"KO\"", "INVALID_FIELD", "symbols")]
    [InlineData("symbols", "[\"KO\",\"ko\"]", "INVALID_FIELD", "symbols")]
    [InlineData("symbols", "[\"../KO\"]", "INVALID_SYMBOL", "symbols[0]")]
    [InlineData("start", "\"2024-07-16\"", "INVALID_FIELD", "start")]
    [InlineData("start", "\"2024-07-16T00:00:00\"", "INVALID_FIELD", "start")]
    [InlineData("start", "\"1969-12-31T23:59:59Z\"", "INVALID_FIELD", "start")]
    [InlineData("end", "\"2200-01-01T00:00:00Z\"", "INVALID_FIELD", "end")]
    [InlineData("end", "\"2024-07-16T00:00:00Z\"", "INVALID_DATE_RANGE", "end")]
    [InlineData("initial_cash", "0", "INVALID_FIELD", "initial_cash")]
    [InlineData("initial_cash", "1e3", "INVALID_FIELD", "initial_cash")]
    [InlineData("initial_cash", "null", "INVALID_FIELD", "initial_cash")]
    [InlineData("initial_cash", "\"1,000\"", "INVALID_FIELD", "initial_cash")]
    [InlineData("commission_per_share", "-0.1", "INVALID_FIELD", "commission_per_share")]
    [InlineData("slippage_bps", "10001", "INVALID_FIELD", "slippage_bps")]
    [InlineData("slippage_bps", "0.5", "INVALID_FIELD", "slippage_bps")]
    [InlineData("extended_hours", "1", "INVALID_FIELD", "extended_hours")]
    [InlineData("data_provider", "7", "INVALID_FIELD", "data_provider")]
    [InlineData("strategie", "{}", "UNKNOWN_FIELD", "strategie")]
    [InlineData("strategy", "[]", "INVALID_FIELD", "strategy")]
    [InlineData("strategy.fast", "1", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "[5]", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.slow", "1001", "INVALID_FIELD", "strategy.slow")]
    [InlineData("strategy.quantity", "0", "INVALID_FIELD", "strategy.quantity")]
    [InlineData("strategy.quantity", "0.000000001", "INVALID_FIELD", "strategy.quantity")]
    [InlineData("strategy.quantity", "45000000001", "INVALID_FIELD", "strategy.quantity")]
    [InlineData("strategy.short", "\"yes\"", "INVALID_FIELD", "strategy.short")]
    [InlineData("strategy.medium", "5", "UNKNOWN_FIELD", "strategy.medium")]
    [InlineData("execution", "[]", "INVALID_FIELD", "execution")]
    [InlineData("execution", "{\"latency\":1}", "INVALID_FIELD", "execution.latency")]
    [InlineData("execution", "{\"latency_ms\":-1}", "INVALID_FIELD", "execution.latency_ms")]
    [InlineData("execution", "{\"account_type\":\"gold\"}", "INVALID_FIELD", "execution.account_type")]
    public async Task A_field_that_breaks_its_rule_is_named_and_nothing_begins(string field, string? value, string code, string named)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text, _) = await RunHttp.PostAsync(gateway, "/backtests", RunHttp.With(RunHttp.Backtest, field, value));
        Refused((status, text), HttpStatusCode.UnprocessableEntity, code, named);
        Assert.Empty(gateway.Grains.ServerRuns.Begun);
    }

    [Theory]
    [InlineData("", HttpStatusCode.UnprocessableEntity, "MISSING_FIELD")]
    [InlineData("{", HttpStatusCode.UnprocessableEntity, "INVALID_JSON")]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity, "INVALID_JSON")]
    [InlineData("""{"symbols":["KO"],"symbols":["KO"]}""", HttpStatusCode.UnprocessableEntity, "INVALID_JSON")]
    public async Task A_body_that_is_none_is_refused(string body, HttpStatusCode expected, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var route in (string[])["/backtests", "/sweeps"])
        {
            var (status, text, _) = await RunHttp.PostAsync(gateway, route, body);
            Refused((status, text), expected, code);
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.RealBars;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Runs;

/// <summary>Backtests and sweeps of a real process over real bars.</summary>
public sealed class RunTests(RealBarsService service) : IClassFixture<RealBarsService>
{
    private RunCalls Calls => new(service.Address, service.Key);

    [RealBarsTheory]
    [InlineData("EURUSD", 10, 30, true, 5, "{}")]
    [InlineData("BTCUSD", 5, 20, false, 0, """{"seed":7,"latency_ms":300,"latency_jitter_ms":400}""")]
    [InlineData("EURUSD", 7, 50, true, 1, """{"execution_timing":"next_close","spread_bps":"0.5"}""")]
    public async Task A_backtest_has_the_report_of_the_python_client_with_the_same_strategy(string symbol, int fast, int slow, bool isShort, int slippageBps, string execution)
    {
        // the service's own seed is 0, the client's follows from its session
        var settings = JsonNode.Parse(execution)!.AsObject();
        settings.TryAdd("seed", 0);
        string[] client = ["--fast", $"{fast}", "--slow", $"{slow}", "--quantity", "100", "--cash", "1000000", "--slippage", $"{slippageBps}", "--execution", settings.ToJsonString(), "--batched", "--window", "1000"];
        var session = await PythonExample.RunAsync(service.Address, service.Key, symbol, isShort ? [.. client, "--short"] : client);
        var clock = session["report"]!["manifest"]!["clock"]!;
        var (start, end) = (Instant(clock["start_micros"]!), Instant(clock["end_micros"]!));
        using var calls = Calls;
        var path = await calls.StartAsync("/backtests", $$$"""
            {"symbols":["{{{symbol}}}"],"start":"{{{start}}}","end":"{{{end}}}","initial_cash":"1000000","slippage_bps":{{{slippageBps}}},"fractional_quantity":true,
             "execution":{{{execution}}},"strategy":{"fast":{{{fast}}},"slow":{{{slow}}},"quantity":100,"short":{{{(isShort ? "true" : "false")}}}}}
            """);
        var backtest = await calls.EndAsync(path);
        Assert.Equal("completed", backtest.GetProperty("state").GetString());
        var report = backtest.GetProperty("report");
        foreach (var part in (string[])["result_hash", "metrics", "manifest", "trades", "equity_curve"])
        {
            Assert.True(JsonNode.DeepEquals(session["report"]![part], JsonNode.Parse(report.GetProperty(part).GetRawText())), $"{part} differs");
        }

        Assert.Equal(session["report"]!["result_hash"]!.GetValue<string>(), backtest.GetProperty("result_hash").GetString());
        Assert.True(session["fills"]!.AsArray().Count > 50);
    }

    [BarsFact]
    public async Task A_set_of_a_sweep_has_the_hash_of_the_backtest_with_its_parameters()
    {
        using var calls = Calls;
        var sweep = await calls.StartAsync("/sweeps", """{"symbols":["BTCUSD","ETHUSD"],"start":"2016-01-01T00:00:00Z","end":"2019-01-01T00:00:00Z","initial_cash":1000000,"strategy":{"fast":[5,10],"slow":[20,40],"quantity":["0.5",1]},"fractional_quantity":true}""");
        await calls.EndAsync(sweep);
        foreach (var text in await calls.ResultsAsync(sweep))
        {
            var set = JsonDocument.Parse(text).RootElement;
            var backtest = await calls.EndAsync(await calls.StartAsync("/backtests", $$$"""
                {"symbols":["BTCUSD","ETHUSD"],"start":"2016-01-01T00:00:00Z","end":"2019-01-01T00:00:00Z","initial_cash":1000000,"fractional_quantity":true,
                 "strategy":{"fast":{{{set.GetProperty("fast")}}},"slow":{{{set.GetProperty("slow")}}},"quantity":"{{{set.GetProperty("quantity")}}}"}}
                """));
            Assert.Equal(set.GetProperty("result_hash").GetString(), backtest.GetProperty("result_hash").GetString());
            var metrics = backtest.GetProperty("report").GetProperty("metrics");
            foreach (var figure in (string[])["final_equity", "total_return", "max_drawdown", "total_commission"]) Assert.Equal(metrics.GetProperty(figure).GetString(), set.GetProperty(figure).GetString());
            Assert.Equal(metrics.GetProperty("standard").GetProperty("sharpe_ratio").GetString(), set.GetProperty("sharpe_ratio").GetString());
            foreach (var count in (string[])["trades", "winning_trades", "orders", "fills"]) Assert.Equal(metrics.GetProperty(count).GetInt32(), set.GetProperty(count).GetInt32());
        }
    }

    [BarsFact]
    public async Task A_sweep_is_followed_ended_and_listed()
    {
        using var calls = Calls;
        var path = await calls.StartAsync("/api/v1/sweeps", RunCalls.FiveHundredSets.Replace("\"to\":200,\"step\":5", "\"to\":1000,\"step\":5", StringComparison.Ordinal));
        var running = await calls.UntilAsync(path, sweep => sweep.GetProperty("sets").GetProperty("done").GetInt32() > 0);
        Assert.Equal(4_500, running.GetProperty("sets").GetProperty("total").GetInt32());
        Assert.NotEqual(JsonValueKind.Null, running.GetProperty("best").ValueKind);
        var (status, cancelled) = await calls.SendAsync(HttpMethod.Delete, path);
        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, cancelled.GetProperty("state").GetString()));
        var done = cancelled.GetProperty("sets").GetProperty("done").GetInt32();
        Assert.InRange(done, 1, 4_499);
        Assert.Equal(done, (await calls.ResultsAsync(path)).Count);
        var listed = (await calls.GetAsync("/sweeps")).GetProperty("sweeps").EnumerateArray().First();
        Assert.EndsWith(listed.GetProperty("id").GetString()!, path, StringComparison.Ordinal);
        Assert.Equal("cancelled", listed.GetProperty("state").GetString());
    }

    [BarsFact]
    public async Task What_the_bars_do_not_have_fails_the_run_with_the_reason()
    {
        using var calls = Calls;
        var failed = await calls.EndAsync(await calls.StartAsync("/backtests", """{"symbols":["NOBODY"],"start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","initial_cash":1000,"strategy":{}}"""));
        Assert.Equal(("failed", "NO_DATA_FOR_SYMBOL"), (failed.GetProperty("state").GetString(), failed.GetProperty("error").GetProperty("code").GetString()));
        var (status, refused) = await calls.SendAsync(HttpMethod.Post, "/sweeps", """{"symbols":["EURUSD"],"start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","initial_cash":1000,"strategy":{"fast":50,"slow":[20,50]}}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "strategy.slow"), (status, refused.GetProperty("context").GetProperty("field").GetString()));
    }

    [RealBarsFact]
    public async Task The_python_client_follows_a_sweep_to_its_end_and_finds_it_again()
    {
        var first = await SweepAsync("twice");
        Assert.Equal(500, first["results"]!.AsArray().Count);
        Assert.Equal(64, first["sweep"]!["sweep_hash"]!.GetValue<string>().Length);
        var again = await SweepAsync("twice");
        Assert.Equal(first["sweep"]!.ToJsonString(), again["sweep"]!.ToJsonString());
    }

    private async Task<JsonObject> SweepAsync(string name)
    {
        var json = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            string[] arguments =
            [
                Path.Combine(PythonExample.Root, "examples", "python", "sweep.py"), "--url", service.Address.ToString(), "--key", service.Key, "--symbol", "EURUSD", "--start", "2014-05-01", "--end", "2014-05-16",
                "--fast", "4:100:4", "--slow", "105:200:5", "--quantity", "10000", "--slippage", "1", "--short", "--name", name, "--quiet", "--json", json,
            ];
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{await output}\n{await errors}");
            return (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(json))!;
        }
        finally
        {
            File.Delete(json);
        }
    }

    private static string Instant(JsonNode micros) => DateTime.UnixEpoch.AddMicroseconds(micros.GetValue<long>()).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

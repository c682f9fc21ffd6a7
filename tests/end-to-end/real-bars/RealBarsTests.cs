using System.Globalization;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.RealBars;

/// <summary>One service over the real bars, shared by the tests of this folder.</summary>
public sealed class RealBarsService : IAsyncLifetime
{
    private ServiceProcess? _service;

    public Uri Address => _service!.Address;

    public string Key => _service!.DemoKey;

    public async Task InitializeAsync()
    {
        // tests that need no Python run with the bars alone
        if (Directory.Exists(PythonExample.BarsFolder)) _service = await ServiceProcess.StartAsync("--bars", PythonExample.BarsFolder);
    }

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
    }
}

/// <summary>The Python example over real minute bars, each fill checked to the last digit against a computation that shares nothing with the service.</summary>
public sealed class RealBarsTests(RealBarsService service) : IClassFixture<RealBarsService>
{
    [RealBarsTheory]
    [InlineData("BTCUSD", "next_open", 5)]
    [InlineData("BTCUSD", "next_open", 0)]
    [InlineData("BTCUSD", "current_close", 5)]
    [InlineData("BTCUSD", "current_close", 0)]
    [InlineData("BTCUSD", "next_close", 5)]
    [InlineData("BTCUSD", "next_close", 0)]
    [InlineData("EURUSD", "next_open", 5)]
    [InlineData("EURUSD", "next_open", 0)]
    [InlineData("EURUSD", "current_close", 5)]
    [InlineData("EURUSD", "current_close", 0)]
    [InlineData("EURUSD", "next_close", 5)]
    [InlineData("EURUSD", "next_close", 0)]
    [Trait("req", "EXEC-005")]
    [Trait("req", "EXEC-020")]
    [Trait("req", "EXEC-032")]
    [Trait("req", "EXEC-034")]
    [Trait("req", "SIM-213")]
    [Trait("req", "SIM-219")]
    [Trait("req", "SIM-228")]
    [Trait("req", "SIM-232")]
    public async Task Every_fill_of_the_crossover_is_what_a_few_lines_over_the_csv_say(string symbol, string timing, int slippageBps)
    {
        var run = await RunAsync(symbol, "--timing", timing, "--slippage", Text(slippageBps), "--batched", "--window", "1000");
        Compare(Expected(symbol, slippageBps).Crossover(timing), run);
    }

    [RealBarsTheory]
    [InlineData("BTCUSD", 5)]
    [InlineData("BTCUSD", 0)]
    [InlineData("EURUSD", 5)]
    [InlineData("EURUSD", 0)]
    [Trait("req", "EXEC-010")]
    [Trait("req", "EXEC-011")]
    [Trait("req", "EXEC-021")]
    [Trait("req", "EXEC-022")]
    [Trait("req", "EXEC-024")]
    public async Task Every_exit_of_a_bracket_is_what_a_few_lines_over_the_csv_say(string symbol, int slippageBps)
    {
        var (profit, loss, step) = symbol == "BTCUSD" ? (40, 25, 1_000_000) : (6, 4, 1_000);
        var run = await RunAsync(symbol, "--bracket", $"{profit},{loss}", "--step", Text(step), "--slippage", Text(slippageBps), "--batched", "--window", "1000");
        var expected = Expected(symbol, slippageBps).Bracket(profit, loss);
        Assert.Contains(expected, fill => fill.OrderId.EndsWith("-profit", StringComparison.Ordinal));
        Assert.Contains(expected, fill => fill.OrderId.EndsWith("-loss", StringComparison.Ordinal));
        Compare(expected, run);
    }

    [RealBarsFact]
    [Trait("req", "EXEC-004")]
    [Trait("req", "EXEC-063")]
    [Trait("req", "SIM-222")]
    [Trait("req", "SIM-233")]
    public async Task The_result_hash_is_the_same_twice_in_a_row_and_for_every_window()
    {
        string[][] ways = [["--window", "1"], ["--window", "1"], ["--window", "50"], ["--window", "1000", "--batched"], ["--window", "7", "--batched"]];
        var hashes = new List<string>();
        foreach (var way in ways)
        {
            var run = await RunAsync("BTCUSD", [.. way, "--execution", """{"latency_ms": 700, "latency_jitter_ms": 900, "seed": 7}""", "--short"]);
            hashes.Add(run["report"]!["result_hash"]!.GetValue<string>());
        }

        Assert.Single(hashes.Distinct(StringComparer.Ordinal));
    }

    /// <summary>Golden runs: the hash is the same on every machine, on either actor runtime, and in every later version that does not say why not.</summary>
    [RealBarsTheory]
    [InlineData("BTCUSD", "{\"latency_ms\": 700, \"latency_jitter_ms\": 900, \"seed\": 7}", "961d2537bc32cf61312ba616e062c36a91e0dd90f7967478adf33f1cccff7b08")]
    [InlineData("EURUSD", "{\"slippage_model\": \"volatility\", \"spread_bps\": \"0.8\", \"seed\": 11}", "99478a19f383bd380550edae501551dde19a41d9e0f3b4dab20425c1833c3508")]
    [Trait("req", "EXEC-063")]
    public async Task A_golden_run_has_its_stored_hash(string symbol, string execution, string hash)
    {
        var run = await RunAsync(symbol, "--batched", "--window", "1000", "--short", "--execution", execution);
        Assert.Equal(hash, run["report"]!["result_hash"]!.GetValue<string>());
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static decimal Quantity(string symbol) => symbol == "BTCUSD" ? 10 : 10_000;

    private static ExpectedFills Expected(string symbol, int slippageBps) =>
        new(Row.Read(PythonExample.Bars(symbol)), symbol == "BTCUSD" ? 0.01m : 0.00001m, slippageBps, Quantity(symbol));

    private static void Compare(List<ExpectedFill> expected, JsonObject run)
    {
        var actual = run["fills"]!.AsArray().Select(Fill).OrderBy(fill => fill.OrderId, StringComparer.Ordinal).ToList();
        var sorted = expected.OrderBy(fill => fill.OrderId, StringComparer.Ordinal).ToList();
        Assert.True(sorted.Count > 100, $"only {sorted.Count} fills");
        Assert.Equal(sorted, actual);
    }

    private static ExpectedFill Fill(JsonNode? fill) => new(
        fill!["order_id"]!.GetValue<string>(),
        fill["side"]!.GetValue<string>(),
        Number(fill["executed_quantity"]!),
        Number(fill["executed_price"]!),
        Number(fill["commission"]!),
        DateTime.Parse(fill["execution_time"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal));

    private static decimal Number(JsonNode number) => decimal.Parse(number.ToString(), CultureInfo.InvariantCulture);

    private Task<JsonObject> RunAsync(string symbol, params string[] arguments) =>
        PythonExample.RunAsync(service.Address, service.Key, symbol, [.. arguments, "--cash", "100000000", "--quantity", Quantity(symbol).ToString(CultureInfo.InvariantCulture)]);
}

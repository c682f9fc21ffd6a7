using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>What somebody sees who runs the service: health and logs.</summary>
[Collection(DataTests.Name)]
public sealed class OperationTests(DataService service)
{
    private static async Task<JsonElement> HealthAsync(ServiceProcess process)
    {
        using var http = process.CreateClient();
        return JsonDocument.Parse(await http.GetStringAsync(new Uri("/health", UriKind.Relative))).RootElement;
    }

    private static string? Status(JsonElement item) => item.GetProperty("status").GetString();

    [Fact]
    [Trait("req", "OHLCV-191")]
    [Trait("req", "OHLCV-193")]
    [Trait("req", "OHLCV-194")]
    [Trait("req", "OHLCV-195")]
    public async Task Health_tells_fresh_and_stale_symbols_the_file_system_and_the_provider()
    {
        var health = await HealthAsync(service.Process);
        var data = health.GetProperty("data");
        var symbols = data.GetProperty("symbols").GetProperty("items").EnumerateArray().ToDictionary(one => one.GetProperty("symbol").GetString()!);
        Assert.False(symbols["LAST"].GetProperty("is_stale").GetBoolean());
        Assert.Equal((true, "2024-07-16", "2024-07-17T01:00:00Z"), (symbols["NVDA"].GetProperty("is_stale").GetBoolean(), symbols["NVDA"].GetProperty("last_date").GetString(), symbols["NVDA"].GetProperty("last_update").GetString()));
        Assert.Equal(("degraded", "stale", "ok"), (Status(health), Status(data.GetProperty("symbols")), Status(data.GetProperty("api"))));
        Assert.True(data.GetProperty("file_system").GetProperty("store_bytes").GetInt64() > 0);
        Assert.Equal("polygon", Assert.Single(data.GetProperty("providers").EnumerateArray()).GetProperty("provider").GetString());
        Assert.DoesNotContain(service.Vendor.Key, health.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-015")]
    [Trait("req", "OHLCV-184")]
    [Trait("req", "OHLCV-198")]
    public async Task The_log_is_one_json_object_per_line_and_holds_no_key()
    {
        await service.GetAsync("/trading-data/symbols");
        await service.FollowAsync((await service.PostAsync("/nightly-update/start", """{"symbols":["LOGS"],"start_date":"2024-07-15","end_date":"2024-07-15"}""")).GetProperty("request_id").GetString()!);
        var lines = service.Process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var entry = JsonDocument.Parse(line).RootElement;
            Assert.Equal(JsonValueKind.Object, entry.ValueKind);
            Assert.EndsWith("Z", entry.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(entry.GetProperty("LogLevel").GetString()!);
        });
        foreach (var secret in new[] { service.Vendor.Key, service.Process.DemoKey }) Assert.DoesNotContain(secret, service.Process.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Vendor.Key, service.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-185")]
    [Trait("req", "OHLCV-193")]
    [Trait("req", "OHLCV-194")]
    public async Task An_unplugged_provider_and_a_full_disk_turn_their_items_bad_and_the_level_of_the_log_is_a_setting()
    {
        // nobody listens on a port that was just given back
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var process = await ServiceProcess.StartAsync(DataService.Arguments($"http://127.0.0.1:{port}", "key-that-nobody-takes", "Data:Storage:MinimumFreePercent=100", "Logging:LogLevel:Default=Critical", "Logging:LogLevel:Trading.Grains.Data=Debug"));
        var health = await HealthAsync(process);
        while (Status(health.GetProperty("data")) == "unknown") health = await HealthAsync(process);
        var data = health.GetProperty("data");
        Assert.Equal(("degraded", "degraded", "degraded"), (Status(health), Status(data), Status(data.GetProperty("file_system"))));
        Assert.Equal("unreachable", Status(Assert.Single(data.GetProperty("providers").EnumerateArray())));
        Assert.DoesNotContain("key-that-nobody-takes", health.ToString() + process.Log, StringComparison.Ordinal);

        // a page is worth a line for those who want to know everything
        using (var calls = new DataCalls(process)) await calls.GetAsync($"/trading-data/data/{(await calls.GetAsync("/trading-data/symbols"))[0].GetString()}?page_size=1");
        Assert.Equal(0, await process.StopAsync());
        Assert.DoesNotContain("key-that-nobody-takes", process.LastLog, StringComparison.Ordinal);
        var levels = process.LastLog.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Select(entry => (Category: entry.GetProperty("Category").GetString()!, Level: entry.GetProperty("LogLevel").GetString()!)).ToList();
        Assert.Contains(("Trading.Grains.Data.CandlesGrain", "Debug"), levels);
        Assert.All(levels, entry => Assert.True(entry.Level == "Critical" || entry.Category.StartsWith("Trading.Grains.Data", StringComparison.Ordinal), $"{entry}"));
    }

    [Fact]
    [Trait("req", "OHLCV-159")]
    [Trait("req", "OHLCV-160")]
    [Trait("req", "OHLCV-161")]
    [Trait("req", "OHLCV-162")]
    public async Task Settings_change_what_they_say_page_size_paths_concurrency_and_resampling()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon");
        foreach (var symbol in new[] { "AA", "DD" }) vendor.Put(symbol, StoredBars.Minutes(symbol, ("2024-07-16", "13:30", 390)));
        await using var process = await ServiceProcess.StartOnAsync(
            folder.Path,
            DataService.Arguments(
                vendor.BaseUrl,
                vendor.Key,
                "Data:Storage:BasePath=elsewhere",
                "Data:Storage:CandlesPath=bars",
                "Data:Storage:DefaultPageSize=7",
                "Data:Storage:MaxPageSize=9",
                "Data:Providers:MaxConcurrentSymbols=2",
                "Data:Nightly:MaxConcurrentSymbols=1",
                "Data:Nightly:EnableAutoResampling=false",
                "Data:Nightly:TargetTimeframes:0=1h"));
        using var calls = new DataCalls(process);

        // every answer is held back, so that whoever may be under way is
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        vendor.Always = _ => StubAnswer.HangUp.After(gate.Task);
        const string days = "\"start_date\":\"2024-07-16\",\"end_date\":\"2024-07-16\"";

        // the request asks for more at a time than the provider setting allows; without it the nightly setting holds
        var (asking, silent) = (await calls.StartAsync($$"""{"symbols":["AA","BB","CC"],{{days}},"max_concurrent_symbols":3}"""), await calls.StartAsync($$"""{"symbols":["DD","EE"],{{days}}}"""));
        foreach (var (id, expected) in new[] { (asking, 2), (silent, 1) }) Assert.Equal(expected, InProgress(await calls.UntilAsync(id, status => InProgress(status) > 0)));
        gate.SetResult();
        foreach (var id in new[] { asking, silent }) Assert.Equal("failed", (await calls.EndAsync(id)).GetProperty("status").GetString());
        vendor.Always = null;

        // resampling that the settings turn off is done where the request says so, to the timeframes of the settings
        await calls.EndAsync(await calls.StartAsync($$"""{"symbols":["AA"],{{days}},"enable_resampling":true}"""));
        Assert.True(File.Exists(Path.Combine(folder.Path, "elsewhere", "bars", "1min", "AA", "2024-07-16.parquet")));

        // of this symbol: the demo's bars get all timeframes in the background
        Assert.Equal(["1h", "1min"], Directory.GetDirectories(Path.Combine(folder.Path, "elsewhere", "bars")).Where(timeframe => Directory.Exists(Path.Combine(timeframe, "AA"))).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(7, (await calls.GetAsync("/trading-data/data/AA?timeframe=1h")).GetProperty("pagination").GetProperty("total_items").GetInt32());
        Assert.Equal(7, (await calls.GetAsync("/trading-data/data/AA")).GetProperty("candles").GetArrayLength());
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, await calls.StatusAsync("/trading-data/data/AA?page_size=10"));
        await calls.EndAsync(await calls.StartAsync($$"""{"symbols":["DD"],{{days}}}"""));
        Assert.Equal((390, 0), (await Items("1min"), await Items("1h")));

        async Task<int> Items(string timeframe) => (await calls.GetAsync("/trading-data/data/DD?timeframe=" + timeframe)).GetProperty("pagination").GetProperty("total_items").GetInt32();
    }

    [Fact]
    [Trait("req", "OHLCV-083")]
    [Trait("req", "OHLCV-007")]
    [Trait("req", "OHLCV-159")]
    public async Task Quote_currencies_and_the_order_of_providers_are_settings()
    {
        await using var process = await ServiceProcess.StartAsync(DataService.Arguments(
            "http://127.0.0.1:9", "key", "Data:CryptoQuotes:0=XYZ", "Data:Providers:Priority:0=tiingo", "Data:Providers:Priority:1=polygon", "Data:Providers:Tiingo:BaseUrl=http://127.0.0.1:9", "Data:Providers:Tiingo:ApiKey=other", "Data:Providers:Tiingo:RequestsPerMinute=7"));
        using var calls = new DataCalls(process);

        // a Saturday: coins trade, and what is no pair any more is a stock
        var answer = (await calls.PostAsync("/data-analysis/completeness", """{"symbols":["BTC-XYZ","BTC-USD"],"start_date":"2024-07-13","end_date":"2024-07-13"}""")).GetProperty("symbol_completeness");
        Assert.Equal([1_440, 0], new[] { "BTC-XYZ", "BTC-USD" }.Select(symbol => answer.GetProperty(symbol).GetProperty("total_expected_candles").GetInt32()));

        var health = await HealthAsync(process);
        while (health.GetProperty("data").GetProperty("providers").GetArrayLength() == 0) health = await HealthAsync(process);
        Assert.Equal([("tiingo", 7), ("polygon", 100_000)], health.GetProperty("data").GetProperty("providers").EnumerateArray().Select(provider => (provider.GetProperty("provider").GetString(), provider.GetProperty("requests_per_minute").GetInt32())));
    }

    private static int InProgress(JsonElement status) => status.GetProperty("progress").GetProperty("symbols_in_progress").GetArrayLength();
}

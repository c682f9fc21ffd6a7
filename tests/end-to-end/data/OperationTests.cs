using System.Text.Json;
using Trading.EndToEnd.Tests.Support;

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

        var levels = process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Select(entry => (Category: entry.GetProperty("Category").GetString()!, Level: entry.GetProperty("LogLevel").GetString()!)).ToList();
        Assert.All(levels, entry => Assert.True(entry.Level == "Critical" || entry.Category.StartsWith("Trading.Grains.Data", StringComparison.Ordinal), $"{entry}"));
    }
}

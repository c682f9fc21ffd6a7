using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Actions;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>Real processes on a device that is full or read-only, and files that are damaged behind the service's back.</summary>
public sealed class DeviceTests
{
    private static readonly (string Date, string Open, int Minutes)[] Days = StoredBars.NvdaDays[2..];

    [TmpfsFact]
    [Trait("req", "OHLCV-168")]
    public async Task An_import_onto_a_full_device_says_so_loses_nothing_and_ends_well_once_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var device = new Tmpfs(600);
        var first = WriteCsv(folder.Path, "BTCUSD", 2, new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc));
        var all = WriteCsv(Path.Combine(folder.Path, "all"), "BTCUSD", 40, new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc));
        var (code, output, errors) = await SimProcess.RunAsync("data", "import", "csv", first, "--store", device.Path);
        Assert.True(code == 0, output + errors);
        var before = StoreContent.Read(device.Path);

        (code, output, errors) = await SimProcess.RunAsync("data", "import", "csv", all, "--store", device.Path);
        Assert.Equal(1, code);
        Assert.Contains("the device is full", output + errors, StringComparison.Ordinal);
        Assert.Contains("BTCUSD", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        var after = StoreContent.Read(device.Path);
        Assert.All(before, file => Assert.Equal(Candles(file.Value), Candles(after[file.Key])));

        device.Resize(32_768);
        (code, output, errors) = await SimProcess.RunAsync("data", "import", "csv", all, "--store", device.Path);
        Assert.True(code == 0, output + errors);
        var elsewhere = Path.Combine(folder.Path, "elsewhere");
        Assert.Equal(0, (await SimProcess.RunAsync("data", "import", "csv", all, "--store", elsewhere)).Code);
        Assert.Equal(StoreContent.Read(elsewhere), StoreContent.Read(device.Path));
        Assert.Empty(Directory.EnumerateFiles(device.Path, ".*.tmp", SearchOption.AllDirectories));
    }

    [TmpfsFact]
    [Trait("req", "OHLCV-127")]
    [Trait("req", "OHLCV-168")]
    [Trait("req", "OHLCV-170")]
    [Trait("req", "OHLCV-193")]
    public async Task An_update_onto_a_full_and_onto_a_read_only_device_fails_clearly_keeps_what_is_stored_and_works_again_afterwards()
    {
        using var folder = new TemporaryFolder();
        using var device = new Tmpfs(2_048);
        await using var vendor = new StubVendor("polygon");
        foreach (var symbol in new[] { "OLD", "NEW" }) vendor.Put(symbol, StoredBars.Minutes(symbol, Days));
        await using var service = await UpdateService.StartAsync(folder.Path, [vendor], "Data:Storage:BasePath=" + device.Path);
        Assert.Equal("completed", (await service.UpdateAsync(Body("OLD"))).GetProperty("status").GetString());
        var before = StoreContent.Read(device.Path);
        await service.HealthAsync(data => Status(data, "file_system") == "ok");

        var ballast = Path.Combine(device.Path, "ballast");
        Fill(ballast);
        var details = await service.UpdateAsync(Body("NEW"));
        Assert.Equal("failed", details.GetProperty("status").GetString());
        var error = Error(details, "NEW");
        Assert.Contains("the device is full", error, StringComparison.Ordinal);
        Assert.Contains("NEW", error, StringComparison.Ordinal);
        var health = await service.HealthAsync(data => Status(data, "file_system") == "degraded");
        Assert.Contains("0.0 %", health.GetProperty("file_system").GetProperty("problem").GetString(), StringComparison.Ordinal);
        await service.LoggedAsync(3440);
        await AssertServedAsync(service, before, device.Path);
        File.Delete(ballast);
        Assert.Equal("completed", (await service.UpdateAsync(Body("NEW"))).GetProperty("status").GetString());
        await service.HealthAsync(data => Status(data, "file_system") == "ok");

        // the same device, read-only
        vendor.Put("LATE", StoredBars.Minutes("LATE", Days));
        before = StoreContent.Read(device.Path);
        device.MakeReadOnly();
        details = await service.UpdateAsync(Body("LATE"));
        Assert.Equal("failed", details.GetProperty("status").GetString());
        error = Error(details, "LATE");
        Assert.Matches("cannot [a-z]+ .*LATE.*: no permission, or the device is read-only", error);
        health = await service.HealthAsync(data => Status(data, "file_system") == "degraded");
        Assert.Contains("read-only", health.GetProperty("file_system").GetProperty("problem").GetString(), StringComparison.Ordinal);
        await AssertServedAsync(service, before, device.Path);
        var (code, _, errors) = await SimProcess.RunAsync("data", "import", "csv", WriteCsv(folder.Path, "BTCUSD", 1, new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc)), "--store", device.Path);
        Assert.Equal(1, code);
        Assert.Matches("cannot [a-z]+ .*BTCUSD.*: no permission, or the device is read-only", errors);
        device.MakeWritable();
        Assert.Equal("completed", (await service.UpdateAsync(Body("LATE"))).GetProperty("status").GetString());
        await service.HealthAsync(data => Status(data, "file_system") == "ok");
    }

    [Fact]
    [Trait("req", "OHLCV-169")]
    [Trait("req", "OHLCV-193")]
    public async Task A_file_that_is_damaged_while_the_service_runs_is_set_aside_reported_and_fetched_anew()
    {
        using var folder = new TemporaryFolder();
        var store = Path.Combine(folder.Path, "storage");
        await using var vendor = new StubVendor("polygon");
        vendor.Put("NVDA", StoredBars.Minutes("NVDA", Days));
        await using var service = await UpdateService.StartAsync(folder.Path, [vendor]);
        await service.UpdateAsync(Body("NVDA"));
        var whole = StoreContent.Read(store);
        Assert.Equal(780, await CountAsync(service, "NVDA"));

        // one bit in the middle of a day, and an hourly file that is cut off
        Damage(Path.Combine(store, "candles", "1min", "NVDA", "2024-07-15.parquet"), bytes =>
        {
            bytes[bytes.Length / 3] ^= 16;
            return bytes;
        });
        Damage(Path.Combine(store, "candles", "1h", "NVDA", "2024-07-16.parquet"), bytes => bytes[..^(bytes.Length / 2)]);
        Assert.Equal(390, (await service.GetAsync("/trading-data/data/NVDA?page_size=10000")).GetProperty("candles").GetArrayLength());
        var health = await service.HealthAsync(data => data.GetProperty("file_system").GetProperty("damaged_files").GetInt32() > 0);
        Assert.Equal(1, health.GetProperty("file_system").GetProperty("damaged_files").GetInt32());
        Assert.Contains("2024-07-15.parquet", Assert.Single(Directory.EnumerateFiles(Path.Combine(store, "damaged"), "*~*", SearchOption.AllDirectories), file => !file.EndsWith(".reason", StringComparison.Ordinal)), StringComparison.Ordinal);

        // the command line finds the other one
        var (code, output, errors) = await SimProcess.RunAsync("data", "check", "NVDA", "--store", store);
        Assert.Equal(1, code);
        Assert.Contains("1h/NVDA/2024-07-16.parquet", output + errors, StringComparison.Ordinal);

        var details = await service.UpdateAsync(Body("NVDA"));
        Assert.Equal("""{"success":true,"candles_downloaded":390,"completeness_percentage":100.0}""", details.GetProperty("symbol_results").GetProperty("NVDA").GetRawText());
        Assert.Equal(whole, StoreContent.Read(store));
        Assert.Equal(780, await CountAsync(service, "NVDA"));
    }

    [Fact]
    [Trait("req", "OHLCV-166")]
    [Trait("req", "OHLCV-176")]
    public async Task A_damaged_table_of_splits_and_dividends_is_reported_and_costs_no_minute_and_no_longer_candle()
    {
        using var folder = new TemporaryFolder();
        var store = Path.Combine(folder.Path, "storage");
        await using var vendor = new StubVendor("polygon");
        vendor.Put("NVDA", StoredBars.Minutes("NVDA", Days));
        vendor.Put(new CorporateActions("NVDA", [], [new Dividend(new DateOnly(2024, 7, 16), 25_000_000)]));
        Directory.CreateDirectory(Path.Combine(store, "actions"));
        await File.WriteAllTextAsync(Path.Combine(store, "actions", "NVDA.json"), "{\"half\":");
        await using var service = await UpdateService.StartAsync(folder.Path, [vendor]);
        var details = await service.UpdateAsync(Body("NVDA"));
        Assert.Equal("""{"success":true,"candles_downloaded":780,"completeness_percentage":100.0}""", details.GetProperty("symbol_results").GetProperty("NVDA").GetRawText());
        Assert.Equal(78, StoreContent.Decode(store, "5min/NVDA/2024-07-16.parquet").Columns.Count);
        await service.LoggedAsync(3420);
        Assert.Contains("corporate_actions", service.Process.Log, StringComparison.Ordinal);
        Assert.Equal("{\"half\":", await File.ReadAllTextAsync(Path.Combine(store, "actions", "NVDA.json")));
    }

    private static string Body(string symbol) => $$"""{"symbols":["{{symbol}}"],"start_date":"2024-07-15","end_date":"2024-07-16"}""";

    private static string? Status(JsonElement data, string item) => data.GetProperty(item).GetProperty("status").GetString();

    private static string Error(JsonElement details, string symbol) => details.GetProperty("symbol_results").GetProperty(symbol).GetProperty("error").GetString()!;

    private static string Candles(string file) => string.Join(' ', file.Split(' ').Take(2));

    private static async Task<int> CountAsync(UpdateService service, string symbol) => (await service.GetAsync("/trading-data/data/" + symbol)).GetProperty("pagination").GetProperty("total_items").GetInt32();

    /// <summary>What was stored before is there, to the candle, and served.</summary>
    private static async Task AssertServedAsync(UpdateService service, SortedDictionary<string, string> before, string store)
    {
        var now = StoreContent.Read(store);
        Assert.All(before, file => Assert.Equal(file.Value, now[file.Key]));
        Assert.Equal(780, await CountAsync(service, "OLD"));
        Assert.Equal(HttpStatusCode.OK, (await service.SendAsync(HttpMethod.Get, "/trading-data/data/OLD?timeframe=daily")).Status);
    }

    private static void Damage(string file, Func<byte[], byte[]> change) => File.WriteAllBytes(file, change(File.ReadAllBytes(file)));

    /// <summary>Writes until the device has no room for one byte more.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4_096];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // full
        }
    }

    /// <summary>Days of minutes of a coin, with digits that do not compress to nothing.</summary>
    private static string WriteCsv(string folder, string symbol, int days, DateTime start)
    {
        var random = new Random(7);
        var text = new StringBuilder("timestamp_utc,open,high,low,close,volume\n");
        for (var minute = 0; minute < days * 1_440; minute++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{start.AddMinutes(minute):yyyy-MM-dd'T'HH:mm:ss'Z'},{100 + (minute % 7)}.{random.Next(1_000_000):000000},110,90,{100 + (minute % 5)}.{random.Next(1_000_000):000000},{random.Next(1_000_000)}\n");
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, symbol + ".csv");
        File.WriteAllText(path, text.ToString());
        File.SetLastWriteTimeUtc(path, start.AddDays(60));
        return path;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Candles;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>A night with a vendor that refuses, cuts short and lets wait, over real HTTP on both sides.</summary>
public sealed class UpdateFaultTests
{
    private const string Body = """{"symbols":["AA","BB","CC","DD","EE"],"start_date":"2024-07-15","end_date":"2024-07-16","max_concurrent_symbols":2}""";
    private static readonly string[] Good = ["AA", "BB", "CC", "DD"];

    [Fact]
    [Trait("req", "OHLCV-001")]
    [Trait("req", "OHLCV-012")]
    [Trait("req", "OHLCV-015")]
    [Trait("req", "OHLCV-127")]
    [Trait("req", "OHLCV-130")]
    [Trait("req", "OHLCV-160")]
    [Trait("req", "OHLCV-164")]
    [Trait("req", "OHLCV-165")]
    [Trait("req", "OHLCV-166")]
    [Trait("req", "OHLCV-167")]
    [Trait("req", "OHLCV-176")]
    public async Task Of_five_symbols_one_fails_with_its_reason_four_are_whole_and_the_next_night_asks_for_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon") { PageSize = 300 };
        foreach (var symbol in Good) vendor.Put(symbol, StoredBars.Minutes(symbol, StoredBars.NvdaDays[2..]));
        var asked = new ConcurrentDictionary<string, int>();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        vendor.Always = request => Fault(Symbol(request), Symbol(request) is { } symbol ? asked.AddOrUpdate(symbol, 1, (_, count) => count + 1) : 0);
        vendor.Gate = request => Symbol(request) is "AA" or "BB" ? open.Task : null;

        await using var service = await UpdateService.StartAsync(folder.Path, [vendor]);
        var id = await service.BeginAsync(Body);

        // while the first two wait for their slow vendor, none of the others is begun
        while (asked.Count < 2) await service.GetAsync("/nightly-update/status/" + id);
        for (var look = 0; look < 10; look++) Assert.InRange(InWork(await service.GetAsync("/nightly-update/status/" + id)), 1, 2);
        Assert.Equal(["AA", "BB"], asked.Keys.Order(StringComparer.Ordinal));
        open.SetResult();
        var end = await service.EndOfAsync(id, status => Assert.InRange(InWork(status), 0, 2));
        Assert.Equal("completed_with_errors", end.GetProperty("status").GetString());

        var details = await service.GetAsync($"/nightly-update/status/{id}/details");
        var summary = details.GetProperty("summary");
        Assert.Equal((5, 4, 1, 4 * 780), (Number(summary, "total_symbols"), Number(summary, "successful_symbols"), Number(summary, "failed_symbols"), Number(summary, "candles_downloaded")));
        var store = Path.Combine(folder.Path, "storage");
        foreach (var symbol in Good)
        {
            Assert.Equal("""{"success":true,"candles_downloaded":780,"completeness_percentage":100.0}""", details.GetProperty("symbol_results").GetProperty(symbol).GetRawText());
            AssertStored(store, symbol);
        }

        var longer = StoreContent.Files(store).Where(file => !file.StartsWith("1min", StringComparison.Ordinal)).Sum(file => StoreContent.Decode(store, file).Columns.Count);
        Assert.Equal(longer, Number(summary, "candles_resampled"));
        Assert.DoesNotContain(StoreContent.Files(store), file => file.Contains("EE", StringComparison.Ordinal));
        AssertReported(details, service, vendor.Key);

        // asked once although it is refused, and the others as often as their faults say
        Assert.Equal(1, asked["EE"]);
        var before = vendor.Requests.Count;
        var second = await service.UpdateAsync("""{"symbols":["AA","BB","CC","DD"],"start_date":"2024-07-15","end_date":"2024-07-16"}""");
        Assert.Equal(("completed", 0), (second.GetProperty("status").GetString(), Number(second.GetProperty("summary"), "candles_downloaded")));
        Assert.DoesNotContain(vendor.Requests.Skip(before), request => Symbol(request) is not null);
    }

    [Fact]
    [Trait("req", "OHLCV-010")]
    [Trait("req", "OHLCV-011")]
    public async Task The_budget_holds_over_all_symbols_and_over_a_kill()
    {
        const int Limit = 7;
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon");
        foreach (var symbol in Good) vendor.Put(symbol, StoredBars.Minutes(symbol, StoredBars.NvdaDays[2..]));
        var times = new ConcurrentQueue<DateTimeOffset>();
        vendor.Always = _ =>
        {
            times.Enqueue(TimeProvider.System.GetUtcNow());
            return null;
        };

        // three requests for each of four symbols: minutes, splits, dividends
        await using var service = await UpdateService.StartAsync(folder.Path, [vendor], $"Data:Providers:PolygonRequestsPerMinute={Limit}", "Logging:LogLevel:Trading.Grains.Data=Debug");
        var id = await service.BeginAsync("""{"symbols":["AA","BB","CC","DD"],"start_date":"2024-07-15","end_date":"2024-07-16"}""");
        while (times.Count < Limit) await service.GetAsync("/nightly-update/status/" + id);
        await service.KillAsync();
        await service.RestartAsync();
        await service.LoggedAsync(3430);
        Assert.Equal("in_progress", (await service.GetAsync("/nightly-update/status/" + id)).GetProperty("status").GetString());

        // a machine that takes a minute for this has earned new requests; never more than the limit in any minute
        var seen = times.ToArray();
        for (var at = Limit; at < seen.Length; at++) Assert.True(seen[at] - seen[at - Limit] > TimeSpan.FromSeconds(55), $"request {at + 1} came {seen[at] - seen[at - Limit]} after the one {Limit} before it");
        await service.SendAsync(HttpMethod.Delete, "/nightly-update/" + id);
    }

    /// <summary>What the vendor does to the n-th request for minutes of a symbol.</summary>
    private static StubAnswer? Fault(string? symbol, int request) => (symbol, request) switch
    {
        ("EE", _) => StubAnswer.Json(401, """{"status":"ERROR","request_id":"1","error":"Unknown API Key"}"""),
        ("AA", 2) or ("CC", 1) => StubAnswer.Json(429, """{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}"""),
        ("BB", 1) => StubAnswer.Json(429, "slow down", "Retry-After: 1"),
        ("AA", 3) or ("DD", 1) => StubAnswer.Json("""{"ticker":"AA","results":[{"v":1,"o":1,"c":1,"h":1,"l":1,"t":1721050200000},{"v":1,"o":2}]}""").CutShort(10),
        ("BB", 3) => StubAnswer.UntilClose("""{"ticker":"BB","queryCount":300,"results":[{"v":1,"o":1,"c"""),
        ("DD", 2) => StubAnswer.Html(503),
        ("CC", 3) => StubAnswer.HangUp,
        ("DD", 3) => StubAnswer.Html(502),
        _ => null,
    };

    /// <summary>The symbol whose minutes are asked for; null for other requests.</summary>
    private static string? Symbol(StubRequest request) => request.Path.Split('/') is ["", "v2", "aggs", "ticker", var symbol, ..] ? symbol : null;

    private static int InWork(JsonElement status) => status.GetProperty("progress").GetProperty("symbols_in_progress").GetArrayLength();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>The minutes on disk are those of the vendor, and each longer file holds what belongs to its day.</summary>
    private static void AssertStored(string store, string symbol)
    {
        foreach (var (date, _, count) in StoredBars.NvdaDays[2..])
        {
            var expected = StoredBars.Minutes(symbol, StoredBars.NvdaDays.Where(day => day.Date == date));
            var (candles, info) = StoreContent.Decode(store, $"1min/{symbol}/{date}.parquet");
            Assert.Equal(("polygon", "vendor_history", "raw"), (info.Provider, info.Source, info.DataVersion));
            Assert.Equal(Enumerable.Range(0, count).Select(at => StoredBars.Text(expected, at)), Enumerable.Range(0, candles.Count).Select(at => StoredBars.Text(candles, at)));
            foreach (var (timeframe, longer) in new[] { ("5min", 78), ("15min", 26), ("30min", 13), ("1h", 7), ("2h", 4), ("4h", 2) }) Assert.Equal(longer, StoreContent.Decode(store, $"{timeframe}/{symbol}/{date}.parquet").Columns.Count);
        }

        Assert.Equal(2, StoreContent.Decode(store, $"daily/{symbol}.parquet").Columns.Count);
    }

    /// <summary>The failure is told with symbol, days, provider and step, in the details and in the log; so is what was overcome. The key is nowhere.</summary>
    private static void AssertReported(JsonElement details, UpdateService service, string key)
    {
        var failed = details.GetProperty("symbol_results").GetProperty("EE");
        Assert.False(failed.GetProperty("success").GetBoolean());
        var error = failed.GetProperty("error").GetString()!;
        foreach (var part in new[] { "download", "EE", "2024-07-15", "2024-07-16", "polygon" }) Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Contains("EE", details.GetProperty("recommendations").ToString(), StringComparison.Ordinal);
        var logged = service.Process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Where(entry => entry.GetProperty("EventId").GetInt32() == 3420).Select(entry => entry.ToString()).ToList();
        // a connection that ends without a byte is opened again by the HTTP client itself, if it had been used before: it may not be seen at all
        foreach (var (symbol, least, most) in new[] { ("AA", 2, 2), ("BB", 2, 2), ("CC", 1, 2), ("DD", 3, 3), ("EE", 1, 1) })
        {
            var own = logged.Where(text => text.Contains($"\"{symbol}\"", StringComparison.Ordinal)).ToList();
            Assert.InRange(own.Count, least, most);
            Assert.All(own, text => Assert.True(text.Contains("polygon", StringComparison.Ordinal) && text.Contains("2024-07-1", StringComparison.Ordinal) && text.Contains("download", StringComparison.Ordinal), text));
        }

        Assert.DoesNotContain(key, details.ToString() + service.Process.Log + service.Process.Output, StringComparison.Ordinal);
    }
}

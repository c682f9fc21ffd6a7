using System.Net;
using System.Text.Json;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>Updates over real HTTP, from a vendor in this process into the store and out again.</summary>
[Collection(DataTests.Name)]
public sealed class UpdateTests(DataService service)
{
    private const string TwoDays = """{"symbols":["MSFT","KO","ZZZZ"],"start_date":"2024-07-15","end_date":"2024-07-16","max_concurrent_symbols":2}""";

    [Fact]
    [Trait("req", "OHLCV-134")]
    [Trait("req", "OHLCV-142")]
    [Trait("req", "OHLCV-144")]
    [Trait("req", "OHLCV-145")]
    [Trait("req", "OHLCV-146")]
    [Trait("req", "OHLCV-147")]
    [Trait("req", "OHLCV-150")]
    [Trait("req", "OHLCV-152")]
    [Trait("req", "OHLCV-153")]
    [Trait("req", "OHLCV-157")]
    [Trait("req", "OHLCV-160")]
    public async Task An_update_runs_from_its_start_to_its_details_and_what_it_fetched_is_served()
    {
        var started = await service.PostAsync("/nightly-update/start", TwoDays);
        Assert.Equal(("started", "Update of 3 symbols is under way"), (started.GetProperty("status").GetString(), started.GetProperty("message").GetString()));
        var id = started.GetProperty("request_id").GetString()!;
        Assert.True(Guid.TryParseExact(id, "D", out _));

        var seen = await service.FollowAsync(id);
        var progress = seen.Select(status => status.GetProperty("progress")).ToList();
        var percentages = progress.Select(one => one.GetProperty("progress_percentage").GetDecimal()).ToList();
        Assert.Equal(percentages.Order(), percentages);
        Assert.Equal(("100.0", 3), (progress[^1].GetProperty("progress_percentage").GetRawText(), progress[^1].GetProperty("completed_symbols").GetInt32()));
        Assert.All(progress, one => Assert.InRange(one.GetProperty("symbols_in_progress").GetArrayLength(), 0, 2));
        Assert.All(seen, status => Assert.Equal(["request_id", "status", "started_at", "symbols_count", "is_complete", "progress"], DataService.Names(status)));

        var details = await service.GetAsync($"/nightly-update/status/{id}/details");
        Assert.Equal(["request_id", "status", "started_at", "completed_at", "summary", "symbol_results", "recommendations"], DataService.Names(details));
        var results = details.GetProperty("symbol_results");
        foreach (var symbol in new[] { "MSFT", "KO" })
        {
            Assert.Equal("""{"success":true,"candles_downloaded":780,"completeness_percentage":100.0}""", results.GetProperty(symbol).GetRawText());
            foreach (var (timeframe, candles) in new[] { ("1min", 780), ("5min", 156), ("15min", 52), ("30min", 26), ("1h", 14), ("2h", 8), ("4h", 4), ("daily", 2) })
            {
                var page = await service.GetAsync($"/trading-data/data/{symbol}?timeframe={timeframe}&page_size=10000");
                Assert.Equal(candles, page.GetProperty("candles").GetArrayLength());
            }
        }

        var summary = details.GetProperty("summary");
        Assert.Equal((3, 1_560), (summary.GetProperty("total_symbols").GetInt32(), summary.GetProperty("candles_downloaded").GetInt32()));
        Assert.Equal(2 * (156 + 52 + 26 + 14 + 8 + 4 + 2), summary.GetProperty("candles_resampled").GetInt32());
        var symbols = await service.GetAsync($"/nightly-update/status/{id}/progress");
        Assert.Equal(["KO", "MSFT", "ZZZZ"], symbols.GetProperty("symbols").EnumerateArray().Select(one => one.GetProperty("symbol").GetString()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain((await service.GetAsync("/nightly-update/active")).EnumerateArray(), one => one.GetProperty("request_id").GetString() == id);
        var served = await service.GetAsync("/trading-data/data/MSFT?order_by=asc&page_size=10000");
        Assert.Equal(Enumerable.Range(0, 780).Select(at => StoredBars.Text(service.Msft, at)), served.GetProperty("candles").EnumerateArray().Select(candle => string.Join(' ', candle.EnumerateObject().Select(field => field.Value.GetString()))));
    }

    [Fact]
    [Trait("req", "OHLCV-154")]
    [Trait("req", "OHLCV-156")]
    [Trait("req", "OHLCV-158")]
    public async Task A_running_update_is_listed_has_no_details_yet_and_can_be_ended()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Vendor.Put("SLOW", StoredBars.Minutes("SLOW", StoredBars.NvdaDays[2..]));
        service.Vendor.Always = request => request.Path.Contains("SLOW", StringComparison.Ordinal) ? Testing.Vendors.StubAnswer.HangUp.After(gate.Task) : null;
        try
        {
            var id = (await service.PostAsync("/nightly-update/start", """{"symbols":["SLOW"],"start_date":"2024-07-15","end_date":"2024-07-16"}""")).GetProperty("request_id").GetString()!;
            var active = (await service.GetAsync("/nightly-update/active")).EnumerateArray().Single(one => one.GetProperty("request_id").GetString() == id);
            Assert.Equal(["request_id", "status", "started_at", "symbols_count", "progress_percentage"], DataService.Names(active));
            Assert.Equal(HttpStatusCode.Conflict, (await service.SendAsync(HttpMethod.Get, $"/nightly-update/status/{id}/details")).Status);
            var (status, ended) = await service.SendAsync(HttpMethod.Delete, "/nightly-update/" + id);
            Assert.True(status == HttpStatusCode.OK, ended.ToString());
            gate.SetResult();
            await service.FollowAsync(id);
            Assert.Equal(HttpStatusCode.Conflict, (await service.SendAsync(HttpMethod.Delete, "/nightly-update/" + id)).Status);
            Assert.DoesNotContain((await service.GetAsync("/nightly-update/active")).EnumerateArray(), one => one.GetProperty("request_id").GetString() == id);
        }
        finally
        {
            gate.TrySetResult();
            service.Vendor.Always = null;
        }
    }

    [Fact]
    [Trait("req", "OHLCV-138")]
    [Trait("req", "OHLCV-162")]
    public async Task Without_resampling_there_are_only_minutes()
    {
        service.Vendor.Put("ONLY", StoredBars.Minutes("ONLY", StoredBars.NvdaDays[2..]));
        var id = (await service.PostAsync("/nightly-update/start", """{"symbols":["ONLY"],"start_date":"2024-07-15","end_date":"2024-07-16","enable_resampling":false}""")).GetProperty("request_id").GetString()!;
        await service.FollowAsync(id);
        Assert.Equal(780, (await service.GetAsync("/trading-data/data/ONLY")).GetProperty("pagination").GetProperty("total_items").GetInt32());
        Assert.Equal(0, (await service.GetAsync("/trading-data/data/ONLY?timeframe=1h")).GetProperty("pagination").GetProperty("total_items").GetInt32());
    }

    [Fact]
    [Trait("req", "OHLCV-135")]
    [Trait("req", "OHLCV-137")]
    [Trait("req", "OHLCV-149")]
    public async Task An_empty_body_updates_the_default_symbols_an_empty_list_is_refused_and_an_unknown_id_is_not_found()
    {
        var (status, started) = await service.SendAsync(HttpMethod.Post, "/nightly-update/start");
        Assert.Equal((HttpStatusCode.OK, "Update of 2 symbols is under way"), (status, started.GetProperty("message").GetString()));
        await service.SendAsync(HttpMethod.Delete, "/nightly-update/" + started.GetProperty("request_id").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await service.SendAsync(HttpMethod.Post, "/nightly-update/start", """{"symbols":[]}""")).Status);
        foreach (var path in new[] { "", "/progress", "/details" }) Assert.Equal(HttpStatusCode.NotFound, (await service.SendAsync(HttpMethod.Get, $"/nightly-update/status/11111111-2222-3333-4444-555555555555{path}")).Status);
    }
}

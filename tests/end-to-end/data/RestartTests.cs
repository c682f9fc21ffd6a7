using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.Storage.Documents;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>What outlives the process: updates under way and the nightly schedule; and what must not be left on the disk.</summary>
[Collection(DataTests.Name)]
public sealed class RestartTests
{
    [Fact]
    [Trait("req", "OHLCV-015")]
    [Trait("req", "OHLCV-129")]
    [Trait("req", "OHLCV-144")]
    public async Task An_update_goes_on_after_the_process_was_killed_and_no_key_is_left_on_the_disk()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon") { PageSize = 100 };
        var (first, second) = (StoredBars.Minutes("FIRST", StoredBars.NvdaDays[2..]), StoredBars.Minutes("SECOND", StoredBars.NvdaDays[2..]));
        vendor.Put("FIRST", first);
        vendor.Put("SECOND", second);
        vendor.Always = request => request.Path.Contains("SECOND", StringComparison.Ordinal) ? StubAnswer.Silence : null;
        await using var process = await ServiceProcess.StartOnAsync(folder.Path, DataService.Arguments(vendor.BaseUrl, vendor.Key));
        string id;
        using (var calls = new DataCalls(process))
        {
            id = await calls.StartAsync("""{"symbols":["FIRST","SECOND","THIRD"],"start_date":"2024-07-15","end_date":"2024-07-16","max_concurrent_symbols":1}""");
            var half = await calls.UntilAsync(id, status => Progress(status, "completed_symbols") == 1);
            Assert.Equal("33.3", half.GetProperty("progress").GetProperty("progress_percentage").GetRawText());
        }

        await process.KillAsync();
        var downloads = vendor.Requests.Count(request => request.Path.Contains("FIRST", StringComparison.Ordinal));

        // the vendor repeats the key, as some do in their errors
        vendor.Always = request => request.Path.Contains("THIRD", StringComparison.Ordinal) ? StubAnswer.Json(403, $$"""{"status":"ERROR","error":"Unknown key {{vendor.Key}}"}""") : null;
        await process.RestartAsync();
        using (var calls = new DataCalls(process))
        {
            Assert.InRange(Progress(await calls.GetAsync("/nightly-update/status/" + id), "progress_percentage"), 33.3m, 100);
            Assert.Equal("completed_with_errors", (await calls.EndAsync(id)).GetProperty("status").GetString());
            var results = (await calls.GetAsync($"/nightly-update/status/{id}/details")).GetProperty("symbol_results");
            Assert.Contains("Unknown key ***", results.GetProperty("THIRD").GetProperty("error").GetString(), StringComparison.Ordinal);
            foreach (var (symbol, minutes) in new[] { ("FIRST", first), ("SECOND", second) })
            {
                Assert.Equal(780, results.GetProperty(symbol).GetProperty("candles_downloaded").GetInt32());
                var served = (await calls.GetAsync($"/trading-data/data/{symbol}?order_by=asc&page_size=10000")).GetProperty("candles").EnumerateArray();
                Assert.Equal(Enumerable.Range(0, 780).Select(at => StoredBars.Text(minutes, at)), served.Select(candle => string.Join(' ', candle.EnumerateObject().Select(field => field.Value.GetString()))));
            }
        }

        // what was done before the end of the process was not done again
        Assert.Equal(downloads, vendor.Requests.Count(request => request.Path.Contains("FIRST", StringComparison.Ordinal)));
        Assert.Equal(0, await process.StopAsync());
        var key = Encoding.UTF8.GetBytes(vendor.Key);
        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.Contains("SECOND", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => File.ReadAllBytes(file).AsSpan().IndexOf(key) >= 0);
        Assert.DoesNotContain(vendor.Key, process.LastLog + process.LastOutput, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-131")]
    public async Task A_night_that_was_missed_is_made_up_for_when_the_service_starts()
    {
        using var folder = new TemporaryFolder();
        using (var states = new FileDocumentStore(Path.Combine(folder.Path, "grains")))
        {
            // the last night that was started is in January 2022
            await states.WriteAsync("data-updates/0", Encoding.UTF8.GetBytes("""{"Active":[],"LastNight":19000}"""), null, CancellationToken.None);
        }

        await using var vendor = new StubVendor("polygon");
        await using var process = await ServiceProcess.StartOnAsync(folder.Path, [.. DataService.Arguments(vendor.BaseUrl, vendor.Key).Select(argument => argument.Replace("Schedule=false", "Schedule=auto", StringComparison.Ordinal))]);
        using var http = process.CreateClient();
        for (var asked = 0; asked < 5_000 && !process.Log.Contains("is completed", StringComparison.Ordinal) && !process.Log.Contains("is failed", StringComparison.Ordinal); asked++) await http.GetStringAsync(new Uri("/health", UriKind.Relative));
        Assert.Contains("is the one of night", process.Log, StringComparison.Ordinal);
        foreach (var symbol in new[] { "AAA", "BBB" }) Assert.Contains(vendor.Requests, request => request.Path.Contains(symbol, StringComparison.Ordinal));
    }

    private static decimal Progress(JsonElement status, string field) => status.GetProperty("progress").GetProperty(field).GetDecimal();
}

using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Actions;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary><c>sim data fetch</c> as a process, from a vendor over real HTTP.</summary>
public sealed class FetchTests
{
    [Fact]
    [Trait("req", "OHLCV-012")]
    [Trait("req", "OHLCV-015")]
    [Trait("req", "OHLCV-164")]
    public async Task A_fetch_follows_pages_waits_when_told_to_stores_minutes_longer_candles_and_actions_and_says_what_it_did()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon") { PageSize = 300 };
        vendor.Put("NVDA", StoredBars.Minutes("NVDA", StoredBars.NvdaDays[2..]));
        vendor.Put(new CorporateActions("NVDA", [new Split(new DateOnly(2024, 7, 16), 1_00000000, 10_00000000)], [new Dividend(new DateOnly(2024, 7, 15), 1000000)]));
        vendor.FailNext(StubAnswer.Json(429, "slow down", "Retry-After: 1"));
        var environment = UpdateService.Environment(vendor);
        environment["TRADING_Data__Providers__PolygonRequestsPerMinute"] = "1000";

        var (code, output, errors) = await RunAsync(environment, "data", "fetch", "NVDA", "--from", "2024-07-15", "--to", "2024-07-16", "--actions", "--store", folder.Path, "--json");
        Assert.True(code == 0, output + errors);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.True(result.GetProperty("complete").GetBoolean());
        var nvda = result.GetProperty("symbols")[0];

        // three pages and the one that was refused; what was made of them is what the files hold
        Assert.Equal((780, 4, 2 * (78 + 26 + 13 + 7 + 4 + 2 + 1)), (Number(nvda, "candles"), Number(nvda, "requests"), Number(nvda, "longer_candles")));
        Assert.Equal("""{"provider":"polygon","splits":1,"dividends":1,"changed":true,"requests":2,"notes":[]}""", nvda.GetProperty("actions").GetRawText());
        Assert.Equal(6, vendor.Requests.Count);
        foreach (var (date, _, count) in StoredBars.NvdaDays[2..]) Assert.Equal(count, StoreContent.Decode(folder.Path, $"1min/NVDA/{date}.parquet").Columns.Count);
        Assert.DoesNotContain(vendor.Key, output + errors, StringComparison.Ordinal);

        (code, output, _) = await RunAsync(environment, "data", "actions", "list", "NVDA", "--store", folder.Path);
        Assert.Equal(0, code);
        Assert.Contains("NVDA,2024-07-16,split,1,10,", output, StringComparison.Ordinal);
        Assert.Contains("NVDA,2024-07-15,dividend,,,0.01", output, StringComparison.Ordinal);

        // nothing is missing, nothing is new: two requests for the tables and none for minutes
        (code, output, errors) = await RunAsync(environment, "data", "fetch", "NVDA", "--from", "2024-07-15", "--to", "2024-07-16", "--actions", "--store", folder.Path);
        Assert.True(code == 0, output + errors);
        Assert.Equal("NVDA: nothing was missing\n  1 split and 1 dividend from polygon with 2 requests, nothing new\n", output);
        Assert.Equal(8, vendor.Requests.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-165")]
    [Trait("req", "OHLCV-176")]
    public async Task A_refused_key_ends_a_fetch_with_what_is_missing_and_why_and_without_the_key()
    {
        using var folder = new TemporaryFolder();
        await using var vendor = new StubVendor("polygon");
        var environment = UpdateService.Environment(vendor);
        environment["TRADING_Data__Providers__Polygon__ApiKey"] = "another-key-than-the-vendors";
        var (code, output, errors) = await RunAsync(environment, "data", "fetch", "NVDA", "--from", "2024-07-15", "--to", "2024-07-16", "--actions", "--store", folder.Path);
        Assert.Equal(1, code);
        foreach (var part in new[] { "NVDA", "polygon", "still missing", "2024-07-15", "no stored days" }) Assert.Contains(part, output + errors, StringComparison.Ordinal);
        Assert.DoesNotContain("another-key", output + errors, StringComparison.Ordinal);
        Assert.Single(vendor.Requests);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var sim = SimProcess.Start(environment, arguments);
        return await sim.EndAsync();
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}

using Trading.GrainInterfaces.Data;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.Grains.Tests.Data;

public class DownloadTests
{
    private const string Monday = "2024-07-15";
    private const string TuesdayDate = "2024-07-16";

    [Theory]
    [InlineData(FailureKind.Unauthorized, 1)]
    [InlineData(FailureKind.QuotaExhausted, 1)]
    [InlineData(FailureKind.NotAvailable, 1)]
    [InlineData(FailureKind.Malformed, 1)]
    [InlineData(FailureKind.Temporary, 6)]
    [InlineData(FailureKind.RateLimited, 6)]
    [Trait("req", "OHLCV-008")]
    [Trait("req", "OHLCV-013")]
    [Trait("req", "OHLCV-165")]
    [Trait("req", "OHLCV-167")]
    public async Task After_its_last_retry_a_failing_provider_is_followed_by_the_next(FailureKind kind, int requests)
    {
        await using var host = await DataHost.StartAsync(vendors: ["first", "second"]);
        host.Vendors[0].Fault = _ => new ProviderFailure(kind, "first", "it does not work");
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal((true, 780L), (details.Symbols[0].Success, details.Symbols[0].CandlesDownloaded));
        Assert.Equal(requests, host.Vendors[0].Requests.Count);
        Assert.Single(host.Vendors[1].Requests);
        Assert.All(await Infos(host, "AAPL"), info => Assert.Equal("second", info.Provider));
    }

    [Fact]
    [Trait("req", "OHLCV-164")]
    public async Task A_rate_limited_request_waits_as_long_as_the_provider_asks_and_so_does_everybody_else()
    {
        await using var host = await DataHost.StartAsync();
        var refused = 0;
        host.Vendor.Fault = _ => Interlocked.Increment(ref refused) == 1 ? new ProviderFailure(FailureKind.RateLimited, "first", "slow down", TimeSpan.FromSeconds(42)) : null;
        var details = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL", "MSFT", "KO"));
        Assert.Equal(UpdateState.Completed, details.State);
        var requests = host.Vendor.Requests;
        var afterRefusal = requests.Select(request => request.At - DataHost.Tuesday).Where(at => at > TimeSpan.Zero).ToArray();
        Assert.NotEmpty(afterRefusal);
        Assert.All(afterRefusal, at => Assert.True(at >= TimeSpan.FromSeconds(42), $"{at}"));
    }

    [Fact]
    [Trait("req", "OHLCV-008")]
    public async Task Days_that_one_provider_lacks_come_from_the_next_and_no_day_mixes_them()
    {
        await using var host = await DataHost.StartAsync(vendors: ["first", "second"]);
        var tuesday = host.At("AAPL", TuesdayDate);
        host.Vendors[0].Lacks = (_, minute) => minute >= tuesday;
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(780, details.Symbols[0].CandlesDownloaded);
        Assert.Equal(["first", "second"], (await Infos(host, "AAPL")).Select(info => info.Provider));
    }

    [Fact]
    [Trait("req", "OHLCV-008")]
    public async Task A_day_of_another_provider_is_replaced_whole_when_it_gains_and_left_alone_when_not()
    {
        await using var host = await DataHost.StartAsync(vendors: ["first", "second"]);
        await host.PutAsync("AAPL", Monday, time => time == host.At("AAPL", Monday, 5), provider: "third");
        await host.PutAsync("AAPL", TuesdayDate, time => time == host.At("AAPL", TuesdayDate, 5), provider: "third");
        var lacking = host.At("AAPL", TuesdayDate, 300);
        host.Vendor.Lacks = (_, minute) => minute >= lacking;
        await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(["first", "third"], (await Infos(host, "AAPL")).Select(info => info.Provider));
        Assert.Equal(390 + 389, (await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, TuesdayDate)).Count);

        // the kept day is not asked for again
        var requests = host.Vendor.Requests.Count;
        await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(requests, host.Vendor.Requests.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-166")]
    public async Task Days_that_nobody_has_leave_the_rest_intact_and_are_not_asked_for_again()
    {
        var files = new FaultFiles(new Random(1));
        await using var host = await DataHost.StartAsync(files);
        var (from, to) = (host.At("AAPL", Monday), host.At("AAPL", TuesdayDate));
        host.Vendor.Lacks = (_, minute) => minute >= from && minute < to;
        var details = await host.RunAsync(DataHost.Request("2024-07-12", TuesdayDate, "AAPL"));
        Assert.Equal((true, 780L, (decimal?)66.7m), (details.Symbols[0].Success, details.Symbols[0].CandlesDownloaded, details.Symbols[0].CompletenessPercent));
        var requests = host.Vendor.Requests.Count;
        await host.RunAsync(DataHost.Request("2024-07-12", TuesdayDate, "AAPL"));
        Assert.Equal(requests, host.Vendor.Requests.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-121")]
    public async Task Minutes_without_trades_are_remembered_and_not_asked_for_every_night()
    {
        await using var host = await DataHost.StartAsync();
        var (from, to) = (host.At("AAPL", Monday, 100), host.At("AAPL", Monday, 103));
        host.Vendor.Lacks = (_, minute) => minute >= from && minute < to;
        await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal([new TimeSpanMicros(from, to)], (await Infos(host, "AAPL"))[0].ConfirmedEmpty);

        var again = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal((decimal?)99.2m, again.Symbols[0].CompletenessPercent);
        Assert.Single(host.Vendor.Requests);
    }

    [Fact]
    public async Task The_silent_end_of_a_day_that_has_just_closed_is_asked_for_again()
    {
        // half an hour after the close; the vendor has not published the last minutes yet
        await using var host = await DataHost.StartAsync(now: new DateTimeOffset(2024, 7, 16, 20, 30, 0, TimeSpan.Zero));
        var late = host.At("AAPL", TuesdayDate, 380);
        var isPublished = false;
        host.Vendor.Lacks = (_, minute) => !isPublished && minute >= late;
        await host.RunAsync(DataHost.Request(TuesdayDate, TuesdayDate, "AAPL"));
        Assert.Empty((await Infos(host, "AAPL"))[0].ConfirmedEmpty);
        isPublished = true;
        var again = await host.RunAsync(DataHost.Request(TuesdayDate, TuesdayDate, "AAPL"));
        Assert.Equal(100.0m, again.Symbols[0].CompletenessPercent);
    }

    [Fact]
    public async Task A_symbol_that_nobody_knows_fails_and_leaves_no_trace()
    {
        var files = new FaultFiles(new Random(1));
        await using var host = await DataHost.StartAsync(files, vendor: vendor => vendor.Lacks = (_, _) => true);
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "NOSUCH"));
        Assert.Equal((UpdateState.Failed, "no provider has data of NOSUCH"), (details.State, details.Symbols[0].Error));
        Assert.Empty(DataHost.FilesOf(files));
    }

    [Fact]
    public async Task Without_a_provider_the_symbol_says_so()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Providers.Others["first"].ApiKey = "");
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal("no provider is configured that has data of AAPL", details.Symbols[0].Error);
    }

    [Fact]
    public async Task What_was_stored_before_a_provider_failed_still_gets_its_longer_candles()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Longest = TimeSpan.FromDays(1));
        var tuesday = host.At("AAPL", TuesdayDate);
        host.Vendor.Fault = request => request.Start >= tuesday ? new ProviderFailure(FailureKind.Temporary, "first", "connection reset") : null;
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal((false, "download: AAPL, 2024-07-16, first: connection reset"), (details.Symbols[0].Success, details.Symbols[0].Error));
        Assert.Equal(7, (await host.ReadAsync("AAPL", Timeframe.OneHour, Monday, TuesdayDate)).Count);
        Assert.Equal(50.0m, details.Symbols[0].CompletenessPercent);
    }

    [Fact]
    [Trait("req", "OHLCV-168")]
    public async Task A_full_disk_fails_the_symbol_with_the_reason_and_loses_nothing()
    {
        var files = new FaultFiles(new Random(1));
        await using var host = await DataHost.StartAsync(files);
        await host.PutAsync("AAPL", Monday);
        var before = DataHost.FilesOf(files);
        files.Plan = (operation, _) => operation == Operation.Write ? Fault.DiskFull : Fault.None;
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(UpdateState.Failed, details.State);
        Assert.Contains("downloading of AAPL", details.Symbols[0].Error, StringComparison.Ordinal);
        files.Plan = null;
        Assert.Equal(before, DataHost.FilesOf(files));
        Assert.Equal(UpdateState.Completed, (await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"))).State);
    }

    [Fact]
    public async Task Splits_and_dividends_come_with_new_days_and_prices_are_served_adjusted()
    {
        var asked = new List<ActionsRequest>();
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Actions = (request, continuation) =>
        {
            asked.Add(request);
            return continuation is null
                ? new ActionsPage([new Split(DataHost.Date(TuesdayDate), 100_000_000, 400_000_000)], [], "2")
                : new ActionsPage([], [new Dividend(DataHost.Date("2024-07-10"), 25_000_000)], null);
        });
        Assert.True((await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"))).Symbols[0].Success);
        Assert.Equal(2, asked.Count);
        Assert.Equal((DataHost.Date(Monday), DataHost.Date("2024-09-14")), (asked[0].First, asked[0].Last));
        var (raw, split) = (await Page("raw"), await Page("split"));
        Assert.Equal(raw.Close.Take(390).Select(price => price / 4), split.Close.Take(390));
        Assert.Equal(raw.Close.Skip(390), split.Close.Skip(390));

        // a run without new days asks nobody
        await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(2, asked.Count);

        async Task<CandlePageAnswer> Page(string adjustment) =>
            await host.Client.GetGrain<ICandlesGrain>("AAPL").GetPage(new("AAPL", "1min", null, null, false, 1, null, adjustment), default);
    }

    [Fact]
    public async Task Corporate_actions_that_cannot_be_fetched_stop_nothing()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Actions = (_, _) => new ProviderFailure(FailureKind.Unauthorized, "first", "not in your plan"));
        Assert.True((await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"))).Symbols[0].Success);
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3420 && entry.Text.Contains("not in your plan", StringComparison.Ordinal));
    }

    private static async Task<PartitionInfo[]> Infos(DataHost host, string symbol) =>
        [.. (await host.Store.DescribeAsync(symbol, Timeframe.OneMinute, DateOnly.MinValue, DateOnly.MaxValue, default)).Select(partition => partition.Summary.Info)];
}

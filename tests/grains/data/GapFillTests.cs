using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.MarketData.Resampling;
using Trading.MarketData.Store;

namespace Trading.Grains.Tests.Data;

public class GapFillTests
{
    private const string Monday = "2024-07-15";

    [Fact]
    [Trait("req", "OHLCV-004")]
    [Trait("req", "OHLCV-112")]
    [Trait("req", "OHLCV-114")]
    [Trait("req", "OHLCV-115")]
    [Trait("req", "OHLCV-119")]
    [Trait("req", "OHLCV-120")]
    public async Task Thirty_minutes_that_were_removed_are_filled_with_what_was_there()
    {
        await using var host = await DataHost.StartAsync();
        await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        var (minutes, longer) = (await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday), await host.ReadAsync("AAPL", Timeframe.FiveMinutes, Monday, Monday));
        var (from, to) = await Remove(host);
        await ResampleAsync(host);
        Assert.Equal(72, (await host.ReadAsync("AAPL", Timeframe.FiveMinutes, Monday, Monday)).Count);

        var found = Assert.Single((await host.AnalyseAsync(Request(fill: false))).Symbols);
        Assert.Equal((390L, 360L, 0), (found.ExpectedCandles, found.ActualCandles, found.ValidDays));
        var gap = Assert.Single(Assert.Single(found.Days).Gaps);
        Assert.Equal((from, to, 30, $"GET first/AAPL/{from}/{to}"), (gap.Start, gap.End, gap.MissingCandles, gap.Request));
        Assert.Null(found.GapFill);
        Assert.Equal(360, (await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday)).Count);

        var answer = await host.AnalyseAsync(Request(fill: true));
        var filled = Assert.Single(answer.Symbols);
        Assert.Equal((390L, 390L, 1), (filled.ExpectedCandles, filled.ActualCandles, filled.ValidDays));
        Assert.Equal(new GapFill(1, 1, 1, 30, 30), filled.GapFill);
        Assert.Empty(answer.NeedingAttention);
        Assert.Equal((from, to), (host.Vendor.Requests[^1].Request.Start, host.Vendor.Requests[^1].Request.End));
        Assert.Equal(Rows(minutes), Rows(await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday)));
        Assert.Equal(Rows(longer), Rows(await host.ReadAsync("AAPL", Timeframe.FiveMinutes, Monday, Monday)));
    }

    [Fact]
    [Trait("req", "OHLCV-112")]
    [Trait("req", "OHLCV-120")]
    public async Task Of_two_gaps_one_that_is_filled_in_part_counts_its_candles_and_not_as_filled()
    {
        await using var host = await DataHost.StartAsync();
        var (first, second) = (host.At("AAPL", Monday, 60), host.At("AAPL", Monday, 200));
        await host.PutAsync("AAPL", Monday, time => (time >= first && time < first + Minutes(30)) || (time >= second && time < second + Minutes(12)));
        host.Vendor.Lacks = (_, minute) => minute >= first + Minutes(20) && minute < first + Minutes(30);
        var filled = Assert.Single((await host.AnalyseAsync(Request(fill: true))).Symbols);
        Assert.Equal(new GapFill(2, 1, 2, 42, 32), filled.GapFill);
        Assert.Equal((390L, 380L, 0), (filled.ExpectedCandles, filled.ActualCandles, filled.ValidDays));
        var left = Assert.Single(Assert.Single(filled.Days).Gaps);
        Assert.Equal((first + Minutes(20), first + Minutes(30), 10), (left.Start, left.End, left.MissingCandles));
    }

    [Fact]
    [Trait("req", "OHLCV-104")]
    [Trait("req", "OHLCV-105")]
    [Trait("req", "OHLCV-106")]
    [Trait("req", "OHLCV-107")]
    [Trait("req", "OHLCV-108")]
    public async Task Gaps_are_runs_of_missing_minutes_and_advice_is_given_for_symbols_below_95_percent_only()
    {
        await using var host = await DataHost.StartAsync();
        var close = host.At("AAPL", Monday, 390);
        await host.PutAsync("AAPL", Monday, time => time < host.At("AAPL", Monday, 2) || time == host.At("AAPL", Monday, 100) || time >= close - Minutes(16));
        await host.PutAsync("KO", Monday, time => time == host.At("KO", Monday, 100));
        var answer = await host.AnalyseAsync(Request(fill: false) with { Symbols = ["AAPL", "KO"] });
        Assert.Equal(
            [(host.At("AAPL", Monday), host.At("AAPL", Monday, 2), 2), (host.At("AAPL", Monday, 100), host.At("AAPL", Monday, 101), 1), (close - Minutes(16), close, 16)],
            answer.Symbols[0].Days[0].Gaps.Select(gap => (gap.Start, gap.End, gap.MissingCandles)));

        // 371 of 390 are 95.1 %
        Assert.Empty(answer.NeedingAttention);
        Assert.Empty(answer.Recommendations);
        await host.PutAsync("AAPL", Monday, time => time >= close - Minutes(20));
        answer = await host.AnalyseAsync(Request(fill: false) with { Symbols = ["AAPL", "KO"] });
        Assert.Equal(["AAPL"], answer.NeedingAttention);
        Assert.Equal(["1 of 2 symbols is below 95 %", "Run a full data update for this symbol"], answer.Recommendations);

        // 2,593 of 2,730 are 94.98 %: shown as 95.0, and below
        foreach (var day in new[] { "2024-07-08", "2024-07-09", "2024-07-10", "2024-07-11", "2024-07-12", "2024-07-16" }) await host.PutAsync("AAPL", day);
        await host.PutAsync("AAPL", Monday, time => time >= close - Minutes(137));
        answer = await host.AnalyseAsync(Request(fill: false) with { StartDate = DataHost.Day("2024-07-08"), EndDate = DataHost.Day("2024-07-16") });
        Assert.Equal((2_730L, 2_593L), (answer.Symbols[0].ExpectedCandles, answer.Symbols[0].ActualCandles));
        Assert.Equal(["AAPL"], answer.NeedingAttention);
        await host.PutAsync("AAPL", Monday, time => time >= close - Minutes(136));
        answer = await host.AnalyseAsync(Request(fill: false) with { StartDate = DataHost.Day("2024-07-08"), EndDate = DataHost.Day("2024-07-16") });
        Assert.Empty(answer.NeedingAttention);
    }

    [Fact]
    [Trait("req", "OHLCV-117")]
    public async Task A_provider_that_always_fails_is_asked_exactly_three_times()
    {
        await using var host = await DataHost.StartAsync(vendors: ["first", "second"]);
        await host.PutAsync("AAPL", Monday);
        await Remove(host);
        foreach (var vendor in host.Vendors) vendor.Fault = _ => new ProviderFailure(FailureKind.Temporary, vendor.Name, "connection reset");
        var filled = Assert.Single((await host.AnalyseAsync(Request(fill: true))).Symbols);
        Assert.Equal(new GapFill(1, 0, 3, 30, 0), filled.GapFill);
        Assert.Equal(3, host.Vendors.Sum(vendor => vendor.Requests.Count));
        Assert.Equal(360L, filled.ActualCandles);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 0)]
    [Trait("req", "OHLCV-118")]
    public async Task Temporary_failures_are_retried_inside_the_limit(int failures, int expected)
    {
        await using var host = await DataHost.StartAsync();
        await host.PutAsync("AAPL", Monday);
        await Remove(host);
        var failed = 0;
        host.Vendor.Fault = _ => ++failed <= failures ? new ProviderFailure(FailureKind.Temporary, "first", "connection reset") : null;
        var filled = Assert.Single((await host.AnalyseAsync(Request(fill: true))).Symbols);
        Assert.Equal(new GapFill(1, expected, 3, 30, 30 * expected), filled.GapFill);
    }

    [Fact]
    [Trait("req", "OHLCV-121")]
    public async Task A_gap_that_the_provider_has_no_data_for_is_asked_for_once()
    {
        await using var host = await DataHost.StartAsync();
        await host.PutAsync("AAPL", Monday);
        var (from, to) = await Remove(host);
        host.Vendor.Lacks = (_, minute) => minute >= from && minute < to;
        var filled = Assert.Single((await host.AnalyseAsync(Request(fill: true))).Symbols);
        Assert.Equal(new GapFill(1, 0, 1, 30, 0), filled.GapFill);
        var again = Assert.Single((await host.AnalyseAsync(Request(fill: true))).Symbols);
        Assert.Equal((new GapFill(0, 0, 0, 0, 0), 360L), (again.GapFill, again.ActualCandles));
        Assert.Single(host.Vendor.Requests);
    }

    [Fact]
    [Trait("req", "OHLCV-116")]
    public async Task The_shown_request_is_the_vendors_own_and_holds_no_key()
    {
        await using var host = await DataHost.StartAsync(vendors: ["polygon"], settings: options => options.Providers.Polygon.ApiKey = "very-secret-key");
        await host.PutAsync("AAPL", Monday);
        var (from, to) = await Remove(host);
        var request = Assert.Single(Assert.Single(Assert.Single((await host.AnalyseAsync(Request(fill: false))).Symbols).Days).Gaps).Request!;
        Assert.Contains((from / 1000).ToString(System.Globalization.CultureInfo.InvariantCulture), request, StringComparison.Ordinal);
        Assert.Contains(((to / 1000) - 60_000).ToString(System.Globalization.CultureInfo.InvariantCulture)[..8], request, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret-key", request, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-110")]
    public async Task A_symbol_without_data_appears_with_nothing_and_bad_requests_are_values()
    {
        await using var host = await DataHost.StartAsync();
        var answer = await host.AnalyseAsync(Request(fill: false));
        Assert.Equal((390L, 0L), (answer.Symbols[0].ExpectedCandles, answer.Symbols[0].ActualCandles));
        Assert.Equal(["AAPL"], answer.NeedingAttention);
        var grain = host.Client.GetGrain<ICompletenessGrain>("bad");
        Assert.Equal("EMPTY_SYMBOLS", (await grain.Start(Request(false) with { Symbols = [] }, default))!.Code);
        Assert.Equal("INVALID_DATE_RANGE", (await grain.Start(Request(false) with { EndDate = DataHost.Day("2024-07-01") }, default))!.Code);
        Assert.Equal("INVALID_LIMIT", (await grain.Start(Request(true) with { MaxGapFillAttempts = 0 }, default))!.Code);
        Assert.Equal("UNKNOWN_ANALYSIS", (await grain.GetResult(default))!.Problem!.Code);
    }

    private static CompletenessRequest Request(bool fill) => new(["AAPL"], DataHost.Day(Monday), DataHost.Day(Monday), true, fill, 3);

    private static async Task<(long From, long To)> Remove(DataHost host)
    {
        var (from, to) = (host.At("AAPL", Monday, 60), host.At("AAPL", Monday, 90));
        await host.PutAsync("AAPL", Monday, time => time >= from && time < to);
        return (from, to);
    }

    private static long Minutes(int minutes) => minutes * 60_000_000L;

    /// <summary>Five-minute candles of the minutes that are stored now.</summary>
    private static async Task ResampleAsync(DataHost host)
    {
        var minutes = await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday);
        await using var writer = await host.Store.OpenWriterAsync("AAPL", default);
        var info = new PartitionInfo(host.Vendor.Name, "vendor_history", "raw", Finality.Final, 1, []);
        await writer.WriteAsync(Timeframe.FiveMinutes, Resampler.Resample(minutes, Timeframe.FiveMinutes, host.Markets["AAPL"]), info, WriteMode.Replace, default);
    }

    private static List<(long Time, long Open, long High, long Low, long Close, long Volume)> Rows(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(row => (candles.Time[row], candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row], candles.Volume[row]))];
}

using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Budget, retries, pages and fallback together.</summary>
public sealed class FetchDriverTests
{
    private static readonly FetchJob Day = new("AAPL", AssetClass.Equity, [new(TestTime.At("2024-07-16 04:00"), TestTime.At("2024-07-17 04:00"))]);

    // Monday to Friday
    private static readonly FetchJob Week = new("AAPL", AssetClass.Equity, [new(TestTime.At("2024-07-15 04:00"), TestTime.At("2024-07-20 04:00"))]);

    private readonly AutoTime _time = new();
    private readonly List<FetchedCandles> _stored = [];

    [Fact]
    [Trait("req", "OHLCV-012")]
    [Trait("req", "OHLCV-164")]
    public async Task A_vendor_that_answers_429_causes_waiting_and_success()
    {
        await using var vendor = new StubVendor("polygon");
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        vendor.FailNext(
            StubAnswer.Json(429, """{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}""", "Retry-After: 21"),
            StubAnswer.Of(429, "", ""),
            StubAnswer.Html(502));
        using var table = Vendors.Table("polygon", vendor.BaseUrl);
        var summary = await Driver(table).FetchAsync(Day, Store, null, default);
        Assert.Equal((390, 4, 0), (summary.Candles, summary.Requests, summary.Notes.Count));
        Assert.Empty(summary.StillMissing);
        // as asked; then the second step of the ladder for rates; then the third of the plain one
        Assert.Equal([21, 15, 4], _time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    [Trait("req", "OHLCV-010")]
    public async Task Six_requests_to_polygon_take_at_least_a_minute_in_total()
    {
        await using var vendor = new StubVendor("polygon") { PageSize = 65 };
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        var options = Vendors.Options("polygon", vendor.BaseUrl);
        options.Providers.Polygon.RequestsPerMinute = null;
        using var table = ProviderTable.Create(options, Vendors.Markets, TimeProvider.System);
        var start = _time.GetUtcNow();
        var summary = await Driver(table).FetchAsync(Day, Store, null, default);
        Assert.Equal((390, 6), (summary.Candles, summary.Requests));
        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60.1));
    }

    [Fact]
    [Trait("req", "OHLCV-008")]
    public async Task Switching_the_first_provider_off_leads_to_the_second()
    {
        await using var second = new StubVendor("financial_modeling_prep");
        second.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        var first = new StubVendor("polygon");
        await first.DisposeAsync();
        using var table = ProviderTable.Create(Vendors.Options(("polygon", first.BaseUrl), ("financial_modeling_prep", second.BaseUrl)), Vendors.Markets, TimeProvider.System);
        var summary = await Driver(table).FetchAsync(Day, Store, null, default);
        Assert.Equal(("financial_modeling_prep", 390), (_stored.Single().Provider, _stored.Single().Candles.Count));
        // the first request and five retries, then the other provider
        Assert.Equal(7, summary.Requests);
        Assert.Contains("polygon: the connection failed", Assert.Single(summary.Notes), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-165")]
    public async Task A_refused_key_is_named_and_not_tried_again_not_even_for_the_next_request()
    {
        var first = Scripted("first");
        first.Longest = TimeSpan.FromDays(1);
        first.Broken = (1, new(FailureKind.Unauthorized, "first", "first: refused the key"));
        var second = Scripted("second");
        second.Candles = FiveDays();
        var summary = await Driver(Table(first, second)).FetchAsync(Week, Store, null, default);
        Assert.Single(first.Requests);
        Assert.Equal(["first: refused the key"], summary.Notes);
        Assert.Equal((5 * 390, 0), (summary.Candles, _time.Waits.Count));
    }

    [Theory]
    [InlineData(FailureKind.QuotaExhausted, 429, 1)]
    [InlineData(FailureKind.NotAvailable, 404, 1)]
    [InlineData(FailureKind.Unauthorized, 401, 1)]
    [InlineData(FailureKind.Temporary, 503, 12)]
    [InlineData(FailureKind.Unauthorized, 403, 5)]
    [InlineData(FailureKind.Malformed, 200, 5)]
    [Trait("req", "OHLCV-008")]
    public async Task How_long_a_failing_provider_is_asked_for_other_times_depends_on_what_is_wrong(FailureKind kind, int status, int requests)
    {
        var first = Scripted("first");
        first.Longest = TimeSpan.FromDays(1);
        first.Broken = (1, new(kind, "first", "first: no", null, status));
        var second = Scripted("second");
        second.Candles = FiveDays();
        var summary = await Driver(Table(first, second)).FetchAsync(Week, Store, null, default);
        // a plan may have a right to later days; an outage is believed after two requests with all their retries
        Assert.Equal((requests, 1), (first.Requests.Count, second.Requests.Count));
        Assert.Equal(5 * 390, summary.Candles);
    }

    [Fact]
    [Trait("req", "OHLCV-166")]
    public async Task Days_to_which_a_plan_has_a_right_are_kept_though_others_are_refused()
    {
        await using var vendor = new StubVendor("financial_modeling_prep");
        vendor.Put("AAPL", FiveDays());
        vendor.FailNext(StubAnswer.Of(402, "text/plain", "Premium Query Parameter: this 'from' is not available under your current subscription"));
        using var table = Vendors.Table("financial_modeling_prep", vendor.BaseUrl);
        var summary = await Driver(table).FetchAsync(Week, Store, null, default);
        Assert.Equal(["financial_modeling_prep 2024-07-18 2024-07-19"], Days());
        Assert.Equal(["2024-07-15", "2024-07-16", "2024-07-17"], Dates(summary.StillMissing));
        Assert.Contains("Premium Query Parameter", Assert.Single(summary.Notes), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-008")]
    [Trait("req", "OHLCV-166")]
    public async Task Days_that_the_first_provider_lacks_come_from_the_second_and_the_others_stay()
    {
        var first = Scripted("first");
        first.Candles = CandleColumns.Concat([Vendors.Candles("2024-07-15 13:30", 390), Vendors.Candles("2024-07-17 13:30", 390)]);
        var second = Scripted("second");
        second.Candles = Vendors.Candles("2024-07-18 13:30", 390);
        var summary = await Driver(Table(first, second)).FetchAsync(Week, Store, null, default);
        Assert.Equal(["first 2024-07-15 2024-07-17", "second 2024-07-18"], Days());
        // what nobody has is told day by day
        Assert.Equal(["2024-07-16", "2024-07-19"], summary.StillMissing.Select(span => TestTime.Show(span.Start)[..10]));
        Assert.Empty(summary.Notes);
    }

    [Fact]
    [Trait("req", "OHLCV-008")]
    public async Task A_provider_that_fails_on_a_later_page_keeps_its_whole_days_and_never_shares_a_day()
    {
        var first = Scripted("first");
        first.Candles = FiveDays();
        // one day and a half a page: two pages end in the middle of Wednesday's successor
        first.PageSize = 585;
        first.Broken = (3, new(FailureKind.Malformed, "first", "first: broken"));
        var second = Scripted("second");
        second.Candles = FiveDays();
        var summary = await Driver(Table(first, second)).FetchAsync(Week, Store, null, default);
        Assert.Equal(["first 2024-07-15 2024-07-16", "second 2024-07-17 2024-07-18 2024-07-19"], Days());
        Assert.All(_stored, fetched => Assert.Equal(0, fetched.Candles.Count % 390));
        Assert.Empty(summary.StillMissing);
    }

    [Fact]
    [Trait("req", "OHLCV-167")]
    public async Task Network_trouble_is_waited_out_with_growing_pauses_and_given_up_after_the_retries()
    {
        var first = Scripted("first");
        first.Broken = (1, new(FailureKind.Temporary, "first", "first: the connection failed"));
        var summary = await Driver(Table(first)).FetchAsync(Day, Store, null, default);
        Assert.Equal([1, 2, 4, 8, 16], _time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal((6, 0), (summary.Requests, _stored.Count));
        Assert.Equal(Day.Missing, summary.StillMissing);
        Assert.Equal(["first: the connection failed"], summary.Notes);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    [InlineData(8)]
    [Trait("req", "OHLCV-118")]
    public async Task A_gap_of_a_provider_that_always_fails_is_tried_exactly_as_often_as_allowed_over_all_providers(int attempts)
    {
        var failure = new ProviderFailure(FailureKind.Temporary, "any", "any: no");
        var first = Scripted("first");
        var second = Scripted("second");
        first.Broken = second.Broken = (1, failure);
        var gap = Day with { Missing = [new(TestTime.At("2024-07-16 14:00"), TestTime.At("2024-07-16 14:30"))] };
        var summary = await Driver(Table(first, second)).FillGapAsync(gap, attempts, Store, default);
        Assert.Equal(attempts, summary.Requests);
        Assert.Equal(Math.Min(6, attempts), first.Requests.Count);
        Assert.Equal(gap.Missing, summary.StillMissing);
    }

    [Fact]
    [Trait("req", "OHLCV-118")]
    [Trait("req", "OHLCV-115")]
    public async Task A_temporary_failure_inside_the_attempts_of_a_gap_is_retried_and_exactly_the_gap_is_filled()
    {
        var first = new ScriptedProvider("first", _time, new ProviderFailure(FailureKind.Temporary, "first", "first: no")) { Candles = FiveDays() };
        var gap = Day with { Missing = [new(TestTime.At("2024-07-16 14:00"), TestTime.At("2024-07-16 14:30"))] };
        var summary = await Driver(Table(first)).FillGapAsync(gap, 3, Store, default);
        Assert.Equal((2, 30), (summary.Requests, summary.Candles));
        Assert.All(first.Requests, sent => Assert.Equal(gap.Missing[0], new FetchSpan(sent.Request.Start, sent.Request.End)));
    }

    [Fact]
    [Trait("req", "OHLCV-002")]
    public async Task Only_one_minute_data_are_ever_asked_for()
    {
        foreach (var name in Vendors.Names)
        {
            await using var vendor = new StubVendor(name) { PageSize = 200 };
            vendor.Put("AAPL", FiveDays());
            using var table = Vendors.Table(name, vendor.BaseUrl);
            var summary = await Driver(table).FetchAsync(Week, Store, null, default);
            Assert.Equal(5 * 390, summary.Candles);
            Assert.All(vendor.Requests, request => Assert.Matches("/range/1/minute/|/historical-chart/1min[?]|resampleFreq=1min&|timeframe=1Min&", request.Line));
        }
    }

    [Fact]
    public async Task Progress_tells_every_step_and_ends_at_the_whole()
    {
        var first = new ScriptedProvider("first", _time, new ProviderFailure(FailureKind.Temporary, "first", "first: no")) { Candles = FiveDays(), RequestsPerMinute = 1, Longest = TimeSpan.FromDays(3) };
        var steps = new Steps();
        await Driver(Table(first)).FetchAsync(Week, Store, steps, default);
        Assert.Equal(
            [FetchStep.Asking, FetchStep.WaitingToRetry, FetchStep.WaitingForBudget, FetchStep.Asking, FetchStep.Received, FetchStep.WaitingForBudget, FetchStep.Asking, FetchStep.Received],
            steps.Seen.Select(step => step.Step));
        Assert.Equal((TimeSpan.FromDays(5), TimeSpan.FromDays(5), 5 * 390L, 3), (steps.Seen[^1].Done, steps.Seen[^1].Total, steps.Seen[^1].Candles, steps.Seen[^1].Requests));
        Assert.Equal("first: no", steps.Seen[1].Failure);
    }

    [Fact]
    public async Task Without_a_provider_for_the_class_the_summary_says_so()
    {
        var coin = new FetchJob("BTC-USD", AssetClass.Crypto, Day.Missing);
        var summary = await Driver(Table(Scripted("first"))).FetchAsync(coin, Store, null, default);
        Assert.Equal(["no configured provider has data of BTC-USD"], summary.Notes);
        Assert.Equal(Day.Missing, summary.StillMissing);
    }

    [Fact]
    public async Task A_store_that_fails_ends_the_job_with_its_exception()
    {
        var first = Scripted("first");
        first.Candles = FiveDays();
        await Assert.ThrowsAsync<IOException>(() => Driver(Table(first)).FetchAsync(Week, (_, _) => throw new IOException("disk full"), null, default));
    }

    private static CandleColumns FiveDays() =>
        CandleColumns.Concat([.. Enumerable.Range(15, 5).Select(day => Vendors.Candles(string.Create(CultureInfo.InvariantCulture, $"2024-07-{day} 13:30"), 390))]);

    private ScriptedProvider Scripted(string name) => new(name, _time);

    private static ProviderTable Table(params ScriptedProvider[] providers)
    {
        var options = new MarketDataOptions();
        options.Providers.Priority.AddRange(providers.Select(provider => provider.Name));
        return ProviderTable.Create(options, Vendors.Markets, TimeProvider.System, [.. providers.Select(provider => provider.Registration)]);
    }

    private FetchDriver Driver(ProviderTable table) => new(table, Vendors.Markets, new ProviderSettings(), _time, () => 0);

    private Task Store(FetchedCandles fetched, CancellationToken cancellationToken)
    {
        _stored.Add(fetched);
        return Task.CompletedTask;
    }

    private string[] Days() =>
        [.. _stored.Select(fetched => $"{fetched.Provider} {string.Join(' ', fetched.Candles.Time.Select(time => TestTime.Show(time)[..10]).Distinct())}")];

    private static string[] Dates(IReadOnlyList<FetchSpan> spans) =>
        [.. spans.SelectMany(span => Enumerable.Range(0, (int)Math.Ceiling(span.Length.TotalDays)).Select(day => TestTime.Show(span.Start + (day * 1440 * TestTime.Minute))[..10]))];

    private sealed class Steps : IProgress<FetchProgress>
    {
        public List<FetchProgress> Seen { get; } = [];

        public void Report(FetchProgress value) => Seen.Add(value);
    }
}

using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Metrics;
using Trading.MarketData.Actions;
using Trading.MarketData.Cache;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Sources;

public sealed class StoreBarSourceTests
{
    private const long Unit = 100_000_000;

    private readonly MemoryCandleStore _store = new();
    private readonly MemoryActions _actions = new();

    private StoreBarSource Source => new(_store, _actions, MemoryCandleStore.Instruments, MemoryCandleStore.Markets, ["polygon", "tiingo"]);

    [Fact]
    [Trait("req", "SIM-303")]
    [Trait("req", "OHLCV-196")]
    public async Task A_load_brings_the_calendar_years_of_the_range_and_reads_no_other_day()
    {
        foreach (var day in new[] { "2022-12-30", "2023-01-03", "2023-12-29", "2024-01-02", "2024-12-31", "2025-01-02" }) Write("KO", day);
        var year = (await Source.LoadAsync(new("KO", "polygon", "raw"), Range("2024-07-16 13:30", "2024-07-16 20:00"), null))!;
        Assert.Equal(["2024-01-02", "2024-12-31"], Dates(year));
        Assert.Equal(2, _store.DaysRead.Count);
        Assert.Equal(["2023-01-03", "2023-12-29", "2024-01-02", "2024-12-31"], Dates((await Source.LoadAsync(new("KO", "tiingo", "raw"), Range("2023-12-31 12:00", "2024-01-01 12:00"), null))!));
        Assert.Equal(6, Dates((await Source.LoadAsync(new("KO", "polygon", "raw")))!).Length);
    }

    [Fact]
    [Trait("req", "SIM-308")]
    public async Task Two_loads_within_a_year_give_the_same_columns_and_share_one_copy()
    {
        foreach (var day in new[] { "2024-01-02", "2024-07-16", "2024-12-31" }) Write("KO", day);
        var cache = new BarCache(Source, long.MaxValue);
        var july = await cache.LoadAsync(new("KO", "polygon"), Range("2024-07-16 13:30", "2024-07-16 20:00"), null);
        // New York's last evening of the year is January in UTC
        Assert.Same(july, await cache.LoadAsync(new("KO", "polygon"), Range("2024-01-02 14:30", "2025-01-01 05:00"), null));
        Assert.NotSame(july, await cache.LoadAsync(new("KO", "polygon"), Range("2024-01-02 14:30", "2025-01-01 05:01"), null));
        var source = Source;
        Assert.Equal(source.Covering(new("KO", "polygon"), Range("2024-07-16 13:30", "2024-07-16 20:00")), source.Covering(new("KO", "polygon"), source.Covering(new("KO", "polygon"), Range("2024-02-29 13:30", "2024-03-01 20:00"))));
    }

    [Fact]
    [Trait("req", "OHLCV-013")]
    public async Task Provenance_is_kept_to_the_manifest_for_exactly_the_range_of_a_run()
    {
        Write("KO", "2024-07-15", provider: "polygon");
        Write("KO", "2024-07-16", provider: "financial_modeling_prep");
        Write("KO", "2024-07-17", provider: "polygon", source: "synthetic");
        Write("KO", "2024-07-18", provider: "import", source: "lean");
        var series = (await Source.LoadAsync(new("KO", "polygon", "raw")))!;
        Assert.Equal("financial_modeling_prep+lean+polygon+synthetic", series.Source);
        Assert.Equal("polygon", Manifest("2024-07-15", "2024-07-16"));
        Assert.Equal("financial_modeling_prep+polygon", Manifest("2024-07-15", "2024-07-17"));
        Assert.Equal("synthetic", Manifest("2024-07-17", "2024-07-18"));
        Assert.Equal("lean+synthetic", Manifest("2024-07-17", "2024-07-19"));

        string Manifest(string from, string to)
        {
            var config = new SimulationConfig { Start = TestTime.At(from + " 00:00"), End = TestTime.At(to + " 00:00"), InitialCash = 1 };
            return Assert.Single(AssumptionsManifest.Of(config, [series], 0, []).Symbols).Source;
        }
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public async Task Raw_split_and_adjusted_are_made_of_the_stored_candles_at_read()
    {
        Write("KO", "2024-07-15", price: 100);
        Write("KO", "2024-07-16", price: 50);
        Write("KO", "2024-07-17", price: 49);
        _actions.Set(new("KO", [new(new(2024, 7, 16), Unit, 2 * Unit)], [new(new(2024, 7, 17), Unit)]));
        Assert.Equal((100 * Unit, "raw"), await First("raw"));
        Assert.Equal((50 * Unit, "split"), await First("split"));
        Assert.Equal((49 * Unit, "adjusted"), await First("adjusted"));
        var problem = await Assert.ThrowsAsync<BarSourceException>(() => First("total_return"));
        Assert.Equal(BarSourceProblem.UnknownDataVersion, problem.Problem);

        _store.Write("PEP", Minutes("2024-07-16", 10, 3), dataVersion: "adjusted");
        var came = await Assert.ThrowsAsync<BarSourceException>(() => Source.LoadAsync(new("PEP", "polygon", "raw")));
        Assert.Equal(BarSourceProblem.VersionNotAvailable, came.Problem);
        Assert.NotNull(await Source.LoadAsync(new("PEP", "polygon")));

        async Task<(long, string)> First(string version)
        {
            var series = (await Source.LoadAsync(new("KO", "polygon", version)))!;
            return (series.Close[0], series.DataVersion);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task Bars_and_actions_can_be_loaded_as_they_were()
    {
        Write("KO", "2024-07-15", price: 100, at: 10);
        Write("KO", "2024-07-15", price: 101, at: 20);
        _actions.Set(new("KO", [new(new(2024, 7, 16), Unit, 2 * Unit)], []), at: 30);
        Assert.Equal(0, (await AsOf(5))!.Count);
        Assert.Equal(100 * Unit, (await AsOf(15))!.Close[0]);
        Assert.Equal(101 * Unit, (await AsOf(25))!.Close[0]);
        Assert.Equal(50_50_000_000, (await AsOf(35))!.Close[0]);
        Assert.Equal(50_50_000_000, (await AsOf(null))!.Close[0]);

        Task<BarSeries?> AsOf(long? instant) => Source.LoadAsync(new("KO", "polygon"), BarRange.All, instant);
    }

    [Fact]
    public async Task A_symbol_without_bars_in_the_range_is_known_and_one_that_was_never_stored_is_not()
    {
        Write("KO", "2024-07-15");
        Assert.Equal(0, (await Source.LoadAsync(new("KO", "polygon"), Range("2020-07-16 13:30", "2020-07-16 20:00"), null))!.Count);
        Assert.Null(await Source.LoadAsync(new("PEP", "polygon")));
    }

    [Theory]
    [InlineData("ko", "polygon", BarSourceProblem.BadSymbol)]
    [InlineData("../KO", "polygon", BarSourceProblem.BadSymbol)]
    [InlineData("KO", "nobody", BarSourceProblem.UnknownProvider)]
    [InlineData("KO", "iex", BarSourceProblem.ProviderNotConfigured)]
    public async Task A_wrong_key_says_what_is_wrong(string symbol, string provider, BarSourceProblem expected)
    {
        var problem = await Assert.ThrowsAsync<BarSourceException>(() => Source.LoadAsync(new(symbol, provider)));
        Assert.Equal(expected, problem.Problem);
        Assert.Equal(expected, (await Assert.ThrowsAsync<BarSourceException>(async () => await Source.StampAsync(new(symbol, provider), BarRange.All))).Problem);
    }

    [Fact]
    public async Task Candles_that_contradict_themselves_are_an_error_and_not_bars()
    {
        var wrong = Minutes("2024-07-15", 10, 3);
        wrong.Low[1] = 11 * Unit;
        _store.Write("KO", wrong);
        var problem = await Assert.ThrowsAsync<BarSourceException>(() => Source.LoadAsync(new("KO", "polygon")));
        Assert.Equal(BarSourceProblem.MalformedData, problem.Problem);
        Assert.Contains("the prices of bar 1 contradict each other", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task A_new_load_sees_new_data_and_who_holds_the_old_ones_keeps_them()
    {
        Write("KO", "2024-07-15", price: 100);
        Write("KO", "2025-07-15", price: 100);
        var cache = new BarCache(Source, long.MaxValue);
        var range = Range("2024-07-16 13:30", "2024-07-16 20:00");
        var old = (await cache.LoadAsync(new("KO", "polygon"), range, null))!;
        Write("KO", "2025-07-15", price: 101, at: 5);
        Assert.Same(old, await cache.LoadAsync(new("KO", "polygon"), range, null));
        Write("KO", "2024-07-15", price: 101, at: 10);
        var fresh = (await cache.LoadAsync(new("KO", "polygon"), range, null))!;
        Assert.Equal((100 * Unit, 101 * Unit), (old.Close[0], fresh.Close[0]));
        Assert.Same(fresh, await cache.LoadAsync(new("KO", "polygon"), range, null));
        Assert.Equal(1, cache.Count);
        Assert.Equal(100 * Unit, (await cache.LoadAsync(new("KO", "polygon"), range, 7))!.Close[0]);

        // a dividend of next year reaches back, and so does the close before it
        _actions.Set(new("KO", [], [new(new(2025, 7, 16), Unit)]));
        var adjusted = (await cache.LoadAsync(new("KO", "polygon"), range, null))!;
        Assert.Equal(100 * Unit, adjusted.Close[0]);
        Write("KO", "2025-07-15", price: 50.5m, at: 20);
        Assert.Equal(99 * Unit, (await cache.LoadAsync(new("KO", "polygon"), range, null))!.Close[0]);
        Assert.Equal(101 * Unit, (await cache.LoadAsync(new("KO", "polygon", "raw"), range, null))!.Close[0]);
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public async Task Bars_of_the_store_have_the_fingerprint_of_the_same_bars_from_csv()
    {
        using var directory = new TemporaryDirectory();
        directory.Write(
            "minute/KO.csv",
            """
            timestamp_utc,open,high,low,close,volume
            2024-07-16T13:30:00Z,60.00,60.10,59.90,60.05,1000
            2024-07-16T13:31:00Z,60.05,60.20,60.00,60.10,900
            2024-07-16T20:05:00Z,60.00,60.00,60.00,60.00,10

            """);
        var csv = (await new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(directory.Path), MemoryCandleStore.Instruments, new TradingCalendars()).LoadAsync(new("KO", "polygon")))!;
        _store.Write("KO", new CandleColumns(csv.OpenTime, csv.Open, csv.High, csv.Low, csv.Close, csv.Volume));
        var stored = (await Source.LoadAsync(new("KO", "polygon")))!;
        foreach (var extended in new[] { false, true })
        {
            var (start, end) = (TestTime.At("2024-07-16 13:31"), TestTime.At("2024-07-17 00:00"));
            Assert.Equal(DataFingerprint.Of(csv, start, end, extended, out var bars), DataFingerprint.Of(stored, start, end, extended, out _));
            Assert.Equal(extended ? 2 : 1, bars);
        }
    }

    [Fact]
    [Trait("req", "SIM-305")]
    public async Task What_there_is_is_listed_by_provider_and_symbol_and_directories_win_for_their_provider()
    {
        Write("PEP", "2024-07-15");
        Write("KO", "2024-07-15", provider: "tiingo");
        using var directory = new TemporaryDirectory();
        directory.Write("minute/MSFT.csv", "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:30:00Z,60.00,60.10,59.90,60.05,1000\n");
        var csv = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(directory.Path), MemoryCandleStore.Instruments, new TradingCalendars());
        var both = new CompositeBarSource(csv, Source);
        Assert.Equal(["polygon MSFT csv 1", "tiingo KO tiingo 3", "tiingo PEP polygon 3"], (await both.ListAsync()).Select(one => $"{one.Key.Provider} {one.Key.Symbol} {one.Source} {one.Bars}"));
        Assert.Null(await both.LoadAsync(new("KO", "polygon")));
        Assert.Equal(3, (await both.LoadAsync(new("KO", "tiingo")))!.Count);
        Assert.Equal((true, true, false, false), (both.IsConfigured("polygon"), both.IsConfigured("tiingo"), both.IsConfigured("iex"), both.IsKnownProvider("nobody")));
        Assert.Equal(BarSourceProblem.ProviderNotConfigured, (await Assert.ThrowsAsync<BarSourceException>(() => both.LoadAsync(new("KO", "iex")))).Problem);
        Assert.Equal(BarRange.All, both.Covering(new("MSFT", "polygon"), Range("2024-07-16 13:30", "2024-07-16 20:00")));
        Assert.NotEqual(BarRange.All, both.Covering(new("KO", "tiingo"), Range("2024-07-16 13:30", "2024-07-16 20:00")));
        // files have split prices only if their maker says so
        Assert.Equal(BarSourceProblem.UnknownDataVersion, (await Assert.ThrowsAsync<BarSourceException>(() => both.LoadAsync(new("MSFT", "polygon", "split")))).Problem);
    }

    [Fact]
    public async Task The_days_that_changed_since_are_those_of_the_range()
    {
        Write("KO", "2024-07-15", at: 10);
        Write("KO", "2024-07-16", at: 20);
        Write("KO", "2024-07-17", at: 30);
        Assert.Equal([new DateOnly(2024, 7, 16)], await Source.ChangedDaysAsync(new("KO", "polygon"), Range("2024-07-15 13:30", "2024-07-16 20:00"), 10));
    }

    private static string[] Dates(BarSeries series) => [.. series.OpenTime.Select(time => TestTime.Show(time)[..10]).Distinct()];

    private static BarRange Range(string start, string end) => new(TestTime.At(start), TestTime.At(end));

    private static CandleColumns Minutes(string day, decimal price, int count)
    {
        var rules = MemoryCandleStore.Markets["KO"];
        var open = rules.Days.RegularOpen(rules.IndexOf(DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        var prices = Enumerable.Repeat((long)(price * Unit), count).ToArray();
        return new([.. Enumerable.Range(0, count).Select(minute => open + minute * TestTime.Minute)], prices, [.. prices], [.. prices], [.. prices], [.. Enumerable.Repeat(Unit, count)]);
    }

    private void Write(string symbol, string day, decimal price = 100, long at = 0, string provider = "polygon", string source = "vendor_history") =>
        _store.Write(symbol, Minutes(day, price, 3), at, provider, "raw", source);
}

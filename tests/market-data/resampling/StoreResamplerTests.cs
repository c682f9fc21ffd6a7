using System.Reflection;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Resampling;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.MarketData.Tests.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Resampling;

public sealed class StoreResamplerTests
{
    private static readonly Timeframe[] AllTargets = [.. Timeframes.All.Skip(1)];
    private readonly StoreTesting _testing = new(new FaultFiles(new Random(1)));

    [Fact]
    [Trait("req", "OHLCV-067")]
    public async Task All_symbols_and_all_timeframes_are_one_operation()
    {
        foreach (var (symbol, seed) in new[] { ("AAPL", 1), ("KO", 2), ("BTC-USD", 3), ("EURUSD", 4) })
        {
            await _testing.WriteAsync(symbol, Timeframe.OneMinute, TestMarkets.Minutes(StoreTesting.Markets[symbol], "2024-07-01", "2024-07-08", seed: seed, missing: 0.1));
        }

        var reported = new List<string>();
        var results = await new StoreResampler(_testing.Store, StoreTesting.Markets).RunAsync(null, AllTargets, new Reports(reported), default);
        Assert.Equal(["AAPL", "BTC-USD", "EURUSD", "KO"], results.Select(result => result.Symbol));
        Assert.Equal(results.Select(result => result.Symbol), reported);
        Assert.All(results, result => Assert.Null(result.Problem));
        foreach (var result in results)
        {
            var minutes = await _testing.AllAsync(result.Symbol, Timeframe.OneMinute);
            var written = 0L;
            foreach (var target in AllTargets)
            {
                var stored = await _testing.AllAsync(result.Symbol, target);
                Assert.Equal(NaiveResampler.Lines(Resampler.Resample(minutes, target, StoreTesting.Markets[result.Symbol])), NaiveResampler.Lines(stored));
                written += stored.Count;
            }

            Assert.Equal(written, result.CandlesWritten);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-181")]
    public async Task A_year_is_read_in_one_pass_one_day_at_a_time()
    {
        await _testing.WriteAsync("AAPL", Timeframe.OneMinute, TestMarkets.Minutes(StoreTesting.Markets["AAPL"], "2024-01-01", "2024-12-31"));
        var (store, reads) = ReadCounter.On(_testing.Store);
        var result = await new StoreResampler(store, StoreTesting.Markets).RunAsync("AAPL", null, AllTargets, default);
        Assert.Null(result.Problem);
        Assert.Equal(252, result.DaysRead);
        Assert.Equal(252, reads.Count);
        Assert.All(reads, read => Assert.Equal(read.First, read.Last));
        Assert.Equal(reads.Select(read => read.First).Order().Distinct(), reads.Select(read => read.First));
        Assert.Equal(252, (await _testing.AllAsync("AAPL", Timeframe.Daily)).Count);
        // 249 full days and 3 half days
        Assert.Equal((249 * 7) + (3 * 4), (await _testing.AllAsync("AAPL", Timeframe.OneHour)).Count);
    }

    [Theory]
    [Trait("req", "OHLCV-068")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_correction_only_the_days_touched_are_read_and_written(bool extended)
    {
        var options = new MarketDataOptions();
        if (extended) options.AssetClasses["us_equity"] = new() { ExtendedHours = true };
        var markets = new MarketTable(new InstrumentTable(), new TradingCalendars(), options);
        await _testing.WriteAsync("AAPL", Timeframe.OneMinute, TestMarkets.Minutes(markets["AAPL"], "2024-07-08", "2024-07-19", extended));
        var resampler = new StoreResampler(_testing.Store, markets);
        await resampler.RunAsync("AAPL", null, AllTargets, default);

        var day = TestMarkets.Date("2024-07-12");
        var corrected = TestMarkets.Minutes(markets["AAPL"], "2024-07-12", "2024-07-12", extended, seed: 99);
        await _testing.WriteAsync("AAPL", Timeframe.OneMinute, corrected);
        var (store, reads) = ReadCounter.On(_testing.Store);
        var result = await new StoreResampler(store, markets).RunAsync("AAPL", [day], AllTargets, default);
        string[] expected = extended ? ["2024-07-11", "2024-07-12", "2024-07-15"] : ["2024-07-12"];
        Assert.Equal(expected, reads.Select(read => $"{read.First:yyyy-MM-dd}"));
        Assert.Equal(expected.Length, result.DaysRead);

        var minutes = await _testing.AllAsync("AAPL", Timeframe.OneMinute);
        foreach (var target in AllTargets)
        {
            var whole = NaiveResampler.Lines(Resampler.Resample(minutes, target, markets["AAPL"], TestMarkets.Date("2024-07-08"), TestMarkets.Date("2024-07-19")));
            Assert.Equal(whole, NaiveResampler.Lines(await _testing.AllAsync("AAPL", target)));
        }
    }

    [Fact]
    public async Task A_longer_file_says_of_its_origin_what_its_minutes_say()
    {
        var info = StoreTesting.Info("tiingo", fetchedAt: 77) with { ConfirmedEmpty = [new(1_720_000_000_000_000, 1_720_000_060_000_000)] };
        await _testing.WriteAsync("AAPL", Timeframe.OneMinute, TestMarkets.Minutes(StoreTesting.Markets["AAPL"], "2024-07-01", "2024-07-01"), info);
        await new StoreResampler(_testing.Store, StoreTesting.Markets).RunAsync("AAPL", null, AllTargets, default);
        foreach (var target in AllTargets)
        {
            var made = (await _testing.ReadAsync("AAPL", target, DateOnly.MinValue, DateOnly.MaxValue)).Partitions[0].Summary.Info;
            Assert.Equal(("tiingo", 77L, 0), (made.Provider, made.FetchedAt, made.ConfirmedEmpty.Count));
        }
    }

    [Theory]
    [Trait("req", "OHLCV-091")]
    [InlineData("AAPL", "2024-07-16", "13:30")]
    [InlineData("AAPL", "2024-02-06", "14:30")]
    [InlineData("BTC-USD", "2024-07-16", "00:00")]
    [InlineData("EURUSD", "2024-07-16", "00:00")]
    public async Task Every_stored_file_and_every_page_of_it_has_utc_times(string symbol, string day, string start)
    {
        var files = new FaultFiles(new Random(91));
        var testing = new StoreTesting(files, format: new ParquetCandleFormat());
        await testing.WriteAsync(symbol, Timeframe.OneMinute, TestMarkets.Minutes(StoreTesting.Markets[symbol], day, day));
        await new StoreResampler(testing.Store, StoreTesting.Markets).RunAsync(symbol, null, AllTargets, default);
        foreach (var timeframe in Timeframes.All)
        {
            var page = await testing.Store.PageAsync(new(symbol, timeframe, null, null, false, 1, 10_000), default);
            Assert.Equal($"{day} {start}", TestTime.Show(page.Candles.Time[0]));

            // and the file says so itself, to whoever else reads it
            var path = timeframe == Timeframe.Daily ? $"candles/daily/{symbol}.parquet" : $"candles/{timeframe.Name()}/{symbol}/{day}.parquet";
            using var file = ParquetFile.Open(Bytes(files, path));
            var date = file.Column("date")!;
            Assert.True(date.IsUtc);
            Assert.Equal(ParquetTimeUnit.Microseconds, date.Unit);
        }
    }

    [Fact]
    public async Task A_symbol_that_somebody_else_writes_is_reported_and_the_others_are_done()
    {
        foreach (var symbol in new[] { "AAPL", "KO" })
        {
            await _testing.WriteAsync(symbol, Timeframe.OneMinute, TestMarkets.Minutes(StoreTesting.Markets[symbol], "2024-07-01", "2024-07-01"));
        }

        await using var busy = await _testing.Store.OpenWriterAsync("AAPL", default);
        var results = await new StoreResampler(_testing.Store, StoreTesting.Markets).RunAsync(["AAPL", "KO"], AllTargets, null, default);
        Assert.NotNull(results[0].Problem);
        Assert.Null(results[1].Problem);
        Assert.Empty((await _testing.AllAsync("AAPL", Timeframe.Daily)).Time);
        Assert.Single((await _testing.AllAsync("KO", Timeframe.Daily)).Time);
    }

    private static byte[] Bytes(FaultFiles files, string path)
    {
        using var file = files.OpenRead(path);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }

    private sealed class Reports(List<string> symbols) : IProgress<SymbolResampling>
    {
        public void Report(SymbolResampling value) => symbols.Add(value.Symbol);
    }
}

/// <summary>A store that notes the range of every read.</summary>
public class ReadCounter : DispatchProxy
{
    private readonly List<(DateOnly First, DateOnly Last)> _reads = [];
    private ICandleStore? _store;

    public static (ICandleStore Store, List<(DateOnly First, DateOnly Last)> Reads) On(ICandleStore store)
    {
        var counting = Create<ICandleStore, ReadCounter>();
        var counter = (ReadCounter)(object)counting;
        counter._store = store;
        return (counting, counter._reads);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(ICandleStore.ReadAsync)) _reads.Add(((DateOnly)args![2]!, (DateOnly)args[3]!));
        return targetMethod.Invoke(_store, args);
    }
}

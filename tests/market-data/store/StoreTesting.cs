using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>A store over any files, with a clock that stands until it is moved.</summary>
internal sealed class StoreTesting
{
    public const long Day = 86_400_000_000;

    public static readonly MarketTable Markets = new(
        new InstrumentTable([Instrument.Default("BTC-USD", AssetClass.Crypto)]), new TradingCalendars(), new MarketDataOptions());

    public StoreTesting(IStorageFiles files, StorageSettings? settings = null, ICandleFileFormat? format = null, ManualTime? time = null)
    {
        Files = files;
        Time = time ?? new ManualTime(new DateTimeOffset(2026, 11, 20, 22, 0, 0, TimeSpan.Zero));
        Store = new CandleStore(files, format ?? new PlainCandleFormat(), Markets, settings ?? new StorageSettings(), Time, Reported.Add);
    }

    public IStorageFiles Files { get; }

    public ManualTime Time { get; }

    public CandleStore Store { get; }

    public List<DamagedFile> Reported { get; } = [];

    public long Now => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    public static PartitionInfo Info(string provider = "polygon", long fetchedAt = 1) => new(provider, "vendor_history", "raw", Finality.Final, fetchedAt, []);

    public async Task<WriteSummary> WriteAsync(
        string symbol, Timeframe timeframe, CandleColumns candles, PartitionInfo? info = null, WriteMode mode = WriteMode.Merge)
    {
        await using var writer = await Store.OpenWriterAsync(symbol, default);
        return await writer.WriteAsync(timeframe, candles, info ?? Info(), mode, default);
    }

    public Task<StoredCandles> ReadAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf = null, CandleFields fields = CandleFields.All) =>
        Store.ReadAsync(symbol, timeframe, first, last, asOf, fields, default);

    public async Task<CandleColumns> AllAsync(string symbol, Timeframe timeframe) => (await ReadAsync(symbol, timeframe, DateOnly.MinValue, DateOnly.MaxValue)).Columns;

    /// <summary>Regular-session candles of a US equity's day; the seed makes their values.</summary>
    public static CandleColumns DayOfMinutes(string symbol, DateOnly day, int seed = 1, int limit = int.MaxValue)
    {
        var rules = Markets[symbol];
        var index = rules.IndexOf(day);
        var open = rules.Days.RegularOpen(index);
        var count = (int)Math.Min(limit, (rules.Days.RegularClose(index) - open) / TestTime.Minute);
        return At([.. Enumerable.Range(0, count).Select(minute => open + (minute * TestTime.Minute))], seed);
    }

    /// <summary>Candles at these times with values that the seed makes.</summary>
    public static CandleColumns At(long[] times, int seed = 1)
    {
        var random = new Random(seed);
        var candles = new CandleColumns(times, new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length]);
        for (var at = 0; at < times.Length; at++)
        {
            var price = random.NextInt64(1, 1_000_000_000_000);
            (candles.Open[at], candles.Low[at], candles.High[at], candles.Close[at]) = (price, price, price + random.Next(1000), price);
            candles.Volume[at] = random.NextInt64(0, 1_000_000_000_000);
        }

        return candles;
    }

    public static (long Time, long Open, long High, long Low, long Close, long Volume)[] Rows(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(at => (candles.Time[at], candles.Open[at], candles.High[at], candles.Low[at], candles.Close[at], candles.Volume[at]))];

    public static void AssertSame(CandleColumns expected, CandleColumns actual) => Assert.Equal(Rows(expected), Rows(actual));
}

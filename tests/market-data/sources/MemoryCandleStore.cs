using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Sources;

/// <summary>One-minute candles by day, with every version there ever was: the simplest store that can be asked as of an instant.</summary>
internal sealed class MemoryCandleStore : ICandleStore
{
    private readonly SortedDictionary<(string Symbol, DateOnly Day), List<(long At, CandleColumns Candles, PartitionInfo Info)>> _days = [];

    public static InstrumentTable Instruments { get; } = new();

    public static MarketTable Markets { get; } = new(Instruments, new TradingCalendars(), new MarketDataOptions());

    /// <summary>Days that were read, in order.</summary>
    public List<DateOnly> DaysRead { get; } = [];

    public IReadOnlyList<DamagedFile> Damaged => [];

    /// <summary>Writes the days that the candles touch, as of <paramref name="at"/>.</summary>
    public void Write(string symbol, CandleColumns candles, long at = 0, string provider = "polygon", string dataVersion = "raw", string source = "vendor_history")
    {
        foreach (var day in Enumerable.Range(0, candles.Count).GroupBy(index => Markets[symbol].DayOf(candles.Time[index])))
        {
            var part = candles.Slice(day.First(), day.Count());
            var key = (symbol, day.Key);
            if (!_days.TryGetValue(key, out var versions)) _days[key] = versions = [];
            versions.Add((at, part, new PartitionInfo(provider, source, dataVersion, Finality.Final, at, []) { Fingerprint = string.Join(',', part.Close) }));
        }
    }

    public Task<IReadOnlyList<string>> SymbolsAsync(Timeframe timeframe, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. _days.Keys.Select(key => key.Symbol).Distinct()]);

    public Task<IReadOnlyList<DateOnly>> DaysAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DateOnly>>([.. _days.Keys.Where(key => key.Symbol == symbol).Select(key => key.Day)]);

    public Task<StoredCandles> ReadAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf, CandleFields fields, CancellationToken cancellationToken)
    {
        var found = Versions(symbol, first, last, asOf).ToList();
        DaysRead.AddRange(found.Select(one => one.Day));
        return Task.FromResult(new StoredCandles(found.Count == 0 ? CandleColumns.Empty : CandleColumns.Concat([.. found.Select(one => one.Candles)]), [.. found.Select(one => one.Summary)]));
    }

    public Task<IReadOnlyList<PartitionSummary>> DescribeAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PartitionSummary>>([.. Versions(symbol, first, last, null).Select(one => one.Summary)]);

    public Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DateOnly>?>([.. _days.Where(one => one.Key.Symbol == symbol && one.Key.Day >= first && one.Key.Day <= last && one.Value[^1].At > since).Select(one => one.Key.Day)]);

    public Task<DateOnly?> LastDayAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CandlePage> PageAsync(CandleQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ICandleWriter> OpenWriterAsync(string symbol, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoreSpace> SpaceAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private IEnumerable<(DateOnly Day, CandleColumns Candles, PartitionSummary Summary)> Versions(string symbol, DateOnly first, DateOnly last, long? asOf)
    {
        foreach (var ((of, day), versions) in _days)
        {
            if (of != symbol || day < first || day > last) continue;
            var held = versions.FindLastIndex(one => asOf is null || one.At <= asOf);
            if (held < 0) continue;
            var (_, candles, info) = versions[held];
            var summary = candles.Count == 0 ? new CandleFileSummary(0, 0, 0, info) : new CandleFileSummary(candles.Count, candles.Time[0], candles.Time[^1], info);
            yield return (day, candles, new PartitionSummary(day, summary, candles.Count));
        }
    }
}

/// <summary>Tables in memory, the latest of each symbol and those before it.</summary>
internal sealed class MemoryActions : ICorporateActionStore
{
    private readonly List<(long At, CorporateActions Table)> _tables = [];

    public void Set(CorporateActions table, long at = 0) => _tables.Add((at, table));

    public Task<CorporateActions> ReadAsync(string symbol, long? asOf, CancellationToken cancellationToken) =>
        Task.FromResult(_tables.LastOrDefault(one => one.Table.Symbol == symbol && (asOf is null || one.At <= asOf)).Table ?? CorporateActions.None(symbol));

    public Task<bool> MergeAsync(CorporateActions actions, string source, CancellationToken cancellationToken) => throw new NotSupportedException();
}

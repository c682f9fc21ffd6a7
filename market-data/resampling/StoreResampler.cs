using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Resampling;

/// <param name="Symbol">Canonical symbol.</param>
/// <param name="DaysRead">Days of minutes that were read.</param>
/// <param name="CandlesWritten">Longer candles that were written, unchanged ones included.</param>
/// <param name="Problem">Why the symbol could not be finished, fit to be shown; null when it was. What was written before stays.</param>
public sealed record SymbolResampling(string Symbol, int DaysRead, long CandlesWritten, string? Problem);

/// <summary>
/// Makes the longer candles of a store's minutes: any number of symbols, all target timeframes, in one operation (OHLCV-067). Each day of minutes is read once,
/// and one day at a time is in memory, two where daily candles begin on the day before (OHLCV-181).
/// </summary>
/// <param name="store">The store.</param>
/// <param name="markets">Rules per symbol.</param>
/// <remarks>Safe for concurrent use. Longer candles say of their origin what the minutes of their day say.</remarks>
public sealed class StoreResampler(ICandleStore store, MarketTable markets)
{
    /// <summary>Daily candles are written so many at a time: their file is replaced as a whole.</summary>
    private const int DailyBatch = 512;

    /// <summary>Resamples all stored days of several symbols; a symbol that fails does not stop the others.</summary>
    /// <param name="symbols">Canonical symbols; null for all that have minutes.</param>
    /// <param name="targets">Target timeframes; <see cref="Timeframe.OneMinute"/> is passed over.</param>
    /// <param name="progress">Told of each symbol when it is done.</param>
    /// <param name="cancellationToken">Ends the work between two days.</param>
    public async Task<IReadOnlyList<SymbolResampling>> RunAsync(
        IReadOnlyList<string>? symbols, IReadOnlyCollection<Timeframe> targets, IProgress<SymbolResampling>? progress, CancellationToken cancellationToken)
    {
        var results = new List<SymbolResampling>();
        foreach (var symbol in symbols ?? await store.SymbolsAsync(Timeframe.OneMinute, cancellationToken))
        {
            var result = await RunAsync(symbol, null, targets, cancellationToken);
            results.Add(result);
            progress?.Report(result);
        }

        return results;
    }

    /// <summary>Resamples one symbol.</summary>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="changed">Days whose minutes changed (OHLCV-068); null for all stored days.</param>
    /// <param name="targets">Target timeframes.</param>
    /// <param name="cancellationToken">Ends the work between two days.</param>
    public async Task<SymbolResampling> RunAsync(
        string symbol, IReadOnlyCollection<DateOnly>? changed, IReadOnlyCollection<Timeframe> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var rules = markets[symbol];
        var stored = await store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken);
        var work = new Work(symbol, rules, [.. targets.Where(target => target != Timeframe.OneMinute).Distinct().Order()]);
        try
        {
            await using var writer = await store.OpenWriterAsync(symbol, cancellationToken);
            var intraday = changed is null ? null : ResamplePlan.Touched(changed, Timeframe.OneHour, rules).ToHashSet();
            var daily = changed is null ? null : ResamplePlan.Touched(changed, Timeframe.Daily, rules).ToHashSet();
            var needed = daily?.Select(day => ResamplePlan.MinutesNeeded(day, day, Timeframe.Daily, rules)).SelectMany(range => (DateOnly[])[range.First, range.Last]).ToHashSet();
            foreach (var day in stored)
            {
                if (needed is not null && !needed.Contains(day) && !intraday!.Contains(day)) continue;
                cancellationToken.ThrowIfCancellationRequested();
                await DayAsync(work, writer, day, intraday?.Contains(day) != false, daily?.Contains(day) != false, cancellationToken);
            }

            await FlushAsync(work, writer, cancellationToken);
            return new(symbol, work.DaysRead, work.Written, null);
        }
        catch (Exception failure) when (failure is CandleStoreException or OverflowException)
        {
            return new(symbol, work.DaysRead, work.Written, failure.Message);
        }
    }

    private async Task DayAsync(Work work, ICandleWriter writer, DateOnly day, bool makesIntraday, bool makesDaily, CancellationToken cancellationToken)
    {
        var minutes = await store.ReadAsync(work.Symbol, Timeframe.OneMinute, day, day, null, CandleFields.All, cancellationToken);
        work.DaysRead++;
        var before = work.Rules.DailyReachesBack ? work.Before : CandleColumns.Empty;
        work.Before = minutes.Columns;
        if (minutes.Partitions is not [var partition]) return;
        var origin = partition.Summary.Info with { ConfirmedEmpty = [], Fingerprint = "" };
        foreach (var target in work.Targets)
        {
            if (target == Timeframe.Daily ? !makesDaily : !makesIntraday) continue;
            // yesterday's minutes may be of any day before: the resampler takes what belongs to the candle of this day
            var candles = target == Timeframe.Daily && before.Count > 0
                ? Resampler.Resample(CandleColumns.Concat([before, minutes.Columns]), target, work.Rules, day, day)
                : Resampler.Resample(minutes.Columns, target, work.Rules, day, day);
            if (candles.Count == 0) continue;
            if (target == Timeframe.Daily)
            {
                if (work.Daily.Count == DailyBatch || (work.DailyOrigin is { } other && !HaveOneOrigin(other, origin))) await FlushAsync(work, writer, cancellationToken);
                work.Daily.Add(candles);
                work.DailyOrigin = origin;
                continue;
            }

            await writer.WriteAsync(target, candles, origin, WriteMode.Replace, cancellationToken);
            work.Written += candles.Count;
        }
    }

    /// <summary>Daily candles of one origin go together; the file keeps one fetch time, that of its last days.</summary>
    private static bool HaveOneOrigin(PartitionInfo left, PartitionInfo right) =>
        left.Provider == right.Provider && left.Source == right.Source && left.DataVersion == right.DataVersion && left.Finality == right.Finality;

    private static async Task FlushAsync(Work work, ICandleWriter writer, CancellationToken cancellationToken)
    {
        if (work.Daily.Count == 0) return;
        var candles = CandleColumns.Concat(work.Daily);
        await writer.WriteAsync(Timeframe.Daily, candles, work.DailyOrigin!, WriteMode.Replace, cancellationToken);
        work.Written += candles.Count;
        work.Daily.Clear();
    }

    /// <summary>Where the resampling of one symbol stands.</summary>
    private sealed class Work(string symbol, MarketRules rules, Timeframe[] targets)
    {
        public string Symbol { get; } = symbol;

        public MarketRules Rules { get; } = rules;

        public Timeframe[] Targets { get; } = targets;

        public CandleColumns Before { get; set; } = CandleColumns.Empty;

        public List<CandleColumns> Daily { get; } = [];

        public PartitionInfo? DailyOrigin { get; set; }

        public int DaysRead { get; set; }

        public long Written { get; set; }
    }
}

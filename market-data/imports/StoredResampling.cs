using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Resampling;
using Trading.MarketData.Store;

namespace Trading.MarketData.Imports;

/// <param name="Candles">Candles made.</param>
/// <param name="FilesWritten">Files that changed.</param>
public readonly record struct ResampledCount(long Candles, int FilesWritten);

/// <summary>Makes longer candles of stored minutes, some days at a time (OHLCV-067, OHLCV-068, OHLCV-181).</summary>
/// <param name="store">Minutes and longer candles.</param>
/// <param name="markets">Where intervals begin.</param>
public sealed class StoredResampling(ICandleStore store, MarketTable markets)
{
    /// <summary>Days read at a time.</summary>
    private const int MostDays = 64;

    /// <summary>Recomputes the candles of the trading days that depend on <paramref name="changed"/>; the files of other days stay as they are.</summary>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="changed">Days whose minutes changed.</param>
    /// <param name="targets">Timeframes to make.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <exception cref="CandleStoreException">The store cannot be read or written.</exception>
    public async Task<ResampledCount> ResampleAsync(string symbol, IEnumerable<DateOnly> changed, IEnumerable<Timeframe> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var rules = markets[symbol];
        var days = changed.ToList();
        var total = new ResampledCount(0, 0);
        var writer = await PatientWriter.OpenAsync(store, symbol, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var target in targets)
            {
                foreach (var run in Runs(ResamplePlan.Touched(days, target, rules)))
                {
                    var made = await ResampleAsync(writer, target, rules, run, cancellationToken).ConfigureAwait(false);
                    total = new(total.Candles + made.Candles, total.FilesWritten + made.FilesWritten);
                }
            }
        }

        return total;
    }

    private async Task<ResampledCount> ResampleAsync(ICandleWriter writer, Timeframe target, MarketRules rules, List<DateOnly> days, CancellationToken cancellationToken)
    {
        var (first, last) = ResamplePlan.MinutesNeeded(days[0], days[^1], target, rules);
        var minutes = await store.ReadAsync(writer.Symbol, Timeframe.OneMinute, first, last, null, CandleFields.All, cancellationToken).ConfigureAwait(false);
        var candles = await Task.Run(() => Resampler.Resample(minutes.Columns, target, rules, days[0], days[^1]), cancellationToken).ConfigureAwait(false);
        var origin = minutes.Partitions.ToDictionary(partition => partition.Day, partition => partition.Summary.Info);
        var total = new ResampledCount(0, 0);
        foreach (var (part, info) in ByOrigin(candles, rules, [.. days], origin))
        {
            var written = await writer.WriteAsync(target, part, info, WriteMode.Replace, cancellationToken).ConfigureAwait(false);
            total = new(total.Candles + part.Count, total.FilesWritten + written.FilesWritten);
        }

        return total;
    }

    /// <summary>The candles of the wanted days, cut where the provenance of the minutes changes.</summary>
    private static List<(CandleColumns Candles, PartitionInfo Info)> ByOrigin(CandleColumns candles, MarketRules rules, HashSet<DateOnly> days, Dictionary<DateOnly, PartitionInfo> origin)
    {
        var parts = new List<(CandleColumns, PartitionInfo)>();
        var from = 0;
        PartitionInfo? info = null;
        for (var row = 0; row <= candles.Count;)
        {
            var day = row < candles.Count ? rules.DayOf(candles.Time[row]) : default;
            var next = row < candles.Count && days.Contains(day) && origin.TryGetValue(day, out var found) ? found with { ConfirmedEmpty = [], Fingerprint = "" } : null;
            if (row == candles.Count || !IsSame(info, next))
            {
                if (info is not null && row > from) parts.Add((candles.Slice(from, row - from), info));
                (from, info) = (row, next);
            }

            if (row == candles.Count) break;
            var end = rules.BoundsOf(day).End;
            while (row < candles.Count && candles.Time[row] < end) row++;
        }

        return parts;
    }

    private static bool IsSame(PartitionInfo? left, PartitionInfo? right) =>
        left is null || right is null
            ? left is null && right is null
            : (left.Provider, left.Source, left.DataVersion, left.Finality, left.FetchedAt) == (right.Provider, right.Source, right.DataVersion, right.Finality, right.FetchedAt);

    /// <summary>Days near each other, so that one read serves them and does not bring much else.</summary>
    private static IEnumerable<List<DateOnly>> Runs(IReadOnlyList<DateOnly> days)
    {
        var run = new List<DateOnly>();
        foreach (var day in days)
        {
            if (run.Count > 0 && (run.Count >= MostDays || day.DayNumber - run[^1].DayNumber > 7))
            {
                yield return run;
                run = [];
            }

            run.Add(day);
        }

        if (run.Count > 0) yield return run;
    }
}

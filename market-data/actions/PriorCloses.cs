using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Actions;

/// <summary>
/// Finds the close before an ex date in the stored minutes: that of the last regular minute of the last stored day before it, or of the day's last
/// minute when it has no regular one. Minutes and not daily candles, because only minutes are kept when they are superseded.
/// </summary>
internal sealed class PriorCloses(ICandleStore store, string symbol, MarketRules rules, long? asOf)
{
    private IReadOnlyList<DateOnly>? _days;

    /// <summary>Index of the last day before <paramref name="date"/>; −1 when there is none.</summary>
    public static int LastBefore(IReadOnlyList<DateOnly> days, DateOnly date)
    {
        int low = 0, high = days.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (days[middle] < date) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>The close before <paramref name="exDate"/>; null when nothing is stored before it.</summary>
    /// <param name="exDate">Ex date.</param>
    /// <param name="loaded">Candles that are read already; looked at when they are minutes of single days.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<PriorClose?> BeforeAsync(DateOnly exDate, StoredCandles loaded, CancellationToken cancellationToken)
    {
        _days ??= await store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false);
        for (var at = LastBefore(_days, exDate); at >= 0; at--)
        {
            var day = _days[at];
            var partition = loaded.Partitions.FirstOrDefault(one => one.Day == day);
            if (partition is not null)
            {
                if (In(loaded.Columns, day, partition.Summary.Info) is { } known) return known;
                continue;
            }

            // as of an earlier instant the day may have been empty or not there
            var read = await store.ReadAsync(symbol, Timeframe.OneMinute, day, day, asOf, CandleFields.Close, cancellationToken).ConfigureAwait(false);
            if (read.Partitions.Count > 0 && In(read.Columns, day, read.Partitions[0].Summary.Info) is { } found) return found;
        }

        return null;
    }

    private PriorClose? In(CandleColumns columns, DateOnly day, PartitionInfo info)
    {
        var (start, end) = rules.BoundsOf(day);
        var (first, last) = (columns.FirstAtOrAfter(start), columns.FirstAtOrAfter(end) - 1);
        if (last < first) return null;
        var at = last;
        while (at > first && rules.Days.SessionAt(columns.Time[at]) != MarketSession.Regular) at--;
        if (rules.Days.SessionAt(columns.Time[at]) != MarketSession.Regular) at = last;
        return new PriorClose(day, columns.Close[at], info.DataVersion);
    }
}

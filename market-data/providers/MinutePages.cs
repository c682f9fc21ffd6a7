using Trading.MarketData.Candles;

namespace Trading.MarketData.Providers;

/// <summary>Puts the pages of one request together.</summary>
public static class MinutePages
{
    /// <summary>All candles of the pages, sorted, without repeats; of two candles for one minute the later page's counts.</summary>
    public static CandleColumns Join(IReadOnlyList<CandleColumns> pages)
    {
        var all = pages.Count == 0 ? CandleColumns.Empty : CandleColumns.Concat(pages);
        if (all.FirstUnordered() < 0) return all;
        var order = Enumerable.Range(0, all.Count).ToArray();
        // a stable order by time: Array.Sort alone is not stable
        Array.Sort(order, (left, right) => all.Time[left] != all.Time[right] ? all.Time[left].CompareTo(all.Time[right]) : left.CompareTo(right));
        var kept = order.Where((row, at) => at + 1 == order.Length || all.Time[order[at + 1]] != all.Time[row]).ToArray();
        return new CandleColumns(Pick(all.Time), Pick(all.Open), Pick(all.High), Pick(all.Low), Pick(all.Close), Pick(all.Volume));

        long[] Pick(long[] column) => Array.ConvertAll(kept, row => column[row]);
    }
}

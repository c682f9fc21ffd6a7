using Trading.MarketData.Candles;

namespace Trading.MarketData.Store;

/// <param name="Columns">What the file is to hold.</param>
/// <param name="Added">Candles of times that were not there.</param>
/// <param name="Replaced">Candles of times that were there with other values.</param>
/// <param name="Changed">Whether it differs from what the file holds.</param>
internal readonly record struct Merged(CandleColumns Columns, int Added, int Replaced, bool Changed);

/// <summary>Putting candles in order and old and new ones together (OHLCV-035, OHLCV-036). Input that is in order already is not copied.</summary>
internal static class CandleMerge
{
    /// <summary>Sorted by time, without repeats: of two candles of one time the later one counts.</summary>
    public static CandleColumns Ordered(CandleColumns candles)
    {
        if (candles.FirstUnordered() < 0) return candles;
        var time = (long[])candles.Time.Clone();
        var order = new int[time.Length];
        for (var at = 0; at < order.Length; at++) order[at] = at;
        Array.Sort(time, order);
        var kept = 0;
        for (var at = 0; at < order.Length;)
        {
            // the sort keeps no order among equals, so the last in the input is looked for
            var last = order[at];
            var next = at + 1;
            for (; next < order.Length && time[next] == time[at]; next++) last = Math.Max(last, order[next]);
            order[kept++] = last;
            at = next;
        }

        return Pick(candles, order.AsSpan(0, kept));
    }

    /// <summary>Old and new candles together; the new ones win. Both must be in order.</summary>
    public static Merged Together(CandleColumns old, CandleColumns fresh)
    {
        if (old.Count == 0) return new(fresh, fresh.Count, 0, fresh.Count > 0);
        var all = new CandleColumns(old.Count + fresh.Count);
        int fromOld = 0, fromFresh = 0, to = 0, added = 0, replaced = 0;
        while (fromOld < old.Count || fromFresh < fresh.Count)
        {
            var isOld = fromFresh == fresh.Count || (fromOld < old.Count && old.Time[fromOld] < fresh.Time[fromFresh]);
            if (isOld)
            {
                CopyOne(old, fromOld++, all, to++);
                continue;
            }

            var isBoth = fromOld < old.Count && old.Time[fromOld] == fresh.Time[fromFresh];
            if (!isBoth) added++;
            else if (!SameAt(old, fromOld, fresh, fromFresh)) replaced++;
            if (isBoth) fromOld++;
            CopyOne(fresh, fromFresh++, all, to++);
        }

        return added == 0 && replaced == 0 ? new(old, 0, 0, false) : new(all.Slice(0, to), added, replaced, true);
    }

    /// <summary>The new candles instead of the old ones. Both must be in order.</summary>
    public static Merged Instead(CandleColumns old, CandleColumns fresh)
    {
        var together = Together(old, fresh);
        return new(fresh, together.Added, together.Replaced, together.Changed || old.Count != fresh.Count);
    }

    public static CandleColumns Pick(CandleColumns from, ReadOnlySpan<int> order)
    {
        var to = new CandleColumns(order.Length);
        for (var at = 0; at < order.Length; at++) CopyOne(from, order[at], to, at);
        return to;
    }

    private static void CopyOne(CandleColumns from, int source, CandleColumns to, int target)
    {
        to.Time[target] = from.Time[source];
        to.Open[target] = from.Open[source];
        to.High[target] = from.High[source];
        to.Low[target] = from.Low[source];
        to.Close[target] = from.Close[source];
        to.Volume[target] = from.Volume[source];
    }

    public static bool SameAt(CandleColumns one, int atOne, CandleColumns other, int atOther) =>
        one.Time[atOne] == other.Time[atOther]
        && one.Open[atOne] == other.Open[atOther]
        && one.High[atOne] == other.High[atOther]
        && one.Low[atOne] == other.Low[atOther]
        && one.Close[atOne] == other.Close[atOther]
        && one.Volume[atOne] == other.Volume[atOther];
}

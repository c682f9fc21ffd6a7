using Trading.MarketData.Candles;

namespace Trading.MarketData.Store;

/// <summary>What becomes of the provenance of a file whose candles are merged.</summary>
internal static class Provenance
{
    /// <summary>Whether candles of the two may stand in one day (OHLCV-O01): same provider, and adjusted alike.</summary>
    public static bool MayMix(PartitionInfo old, PartitionInfo fresh) => old.Provider == fresh.Provider && old.DataVersion == fresh.DataVersion;

    /// <summary>Equal but for the time of fetching, which alone is no reason to rewrite a file.</summary>
    public static bool Same(PartitionInfo old, PartitionInfo fresh) =>
        old.Provider == fresh.Provider
        && old.Source == fresh.Source
        && old.DataVersion == fresh.DataVersion
        && old.Finality == fresh.Finality
        && old.ConfirmedEmpty.SequenceEqual(fresh.ConfirmedEmpty);

    /// <summary>
    /// The new provenance, with the confirmed gaps of <paramref name="old"/> (null: none are kept) and the new ones that touch
    /// [<paramref name="start"/>, <paramref name="end"/>), without those that turned out to hold a candle.
    /// </summary>
    public static PartitionInfo WithGaps(PartitionInfo? old, PartitionInfo fresh, CandleColumns candles, long start, long end)
    {
        if ((old is null || old.ConfirmedEmpty.Count == 0) && fresh.ConfirmedEmpty.Count == 0) return fresh;
        var gaps = (old?.ConfirmedEmpty ?? []).Concat(fresh.ConfirmedEmpty)
            .Select(gap => new TimeSpanMicros(Math.Max(gap.Start, start), Math.Min(gap.End, end)))
            .Where(gap => gap.Start < gap.End && !HoldsCandle(candles, gap))
            .Distinct()
            .OrderBy(gap => gap.Start)
            .ThenBy(gap => gap.End);
        return fresh with { ConfirmedEmpty = [.. gaps] };
    }

    /// <summary>One file of many days, the daily one: the names of all whose candles it holds, in ordinal order, joined by <c>+</c>.</summary>
    public static PartitionInfo Joined(PartitionInfo old, PartitionInfo fresh) => fresh with
    {
        Provider = Join(old.Provider, fresh.Provider),
        Source = Join(old.Source, fresh.Source),
        DataVersion = Join(old.DataVersion, fresh.DataVersion),
    };

    private static string Join(string one, string other) =>
        one == other ? one : string.Join('+', one.Split('+').Concat(other.Split('+')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static bool HoldsCandle(CandleColumns candles, TimeSpanMicros gap)
    {
        var first = candles.FirstAtOrAfter(gap.Start);
        return first < candles.Count && candles.Time[first] < gap.End;
    }
}

using Trading.MarketData.Markets;

namespace Trading.MarketData.Providers;

/// <summary>A stretch of time [Start, End), microseconds since 1970-01-01Z.</summary>
/// <param name="Start">First instant, on a whole minute.</param>
/// <param name="End">First instant after it.</param>
public readonly record struct FetchSpan(long Start, long End)
{
    public TimeSpan Length => TimeSpan.FromMicroseconds(End - Start);
}

/// <summary>Turns missing time into requests. A vendor's quota counts requests, not candles, so few long requests beat many short ones.</summary>
public static class FetchPlan
{
    /// <summary>
    /// The fewest requests that cover all missing time (OHLCV-009, OHLCV-132), each at most <paramref name="longest"/> long. Stored time between two
    /// gaps is fetched again where that saves a request. A request ends at a day's end, so that no day comes from two requests (OHLCV-O01), unless a
    /// single day is longer than <paramref name="longest"/>.
    /// </summary>
    /// <param name="missing">Missing time; any order, may overlap.</param>
    /// <param name="longest">The vendor's <see cref="IMarketDataProvider.LongestRequest"/>.</param>
    /// <param name="market">Where days begin.</param>
    public static IReadOnlyList<FetchSpan> Batch(IReadOnlyList<FetchSpan> missing, TimeSpan longest, MarketRules market)
    {
        ArgumentNullException.ThrowIfNull(market);
        var reach = Micros(longest);
        var requests = new List<FetchSpan>();
        var spans = Merge(missing);
        var covered = long.MinValue;
        for (var at = 0; at < spans.Count;)
        {
            var start = Math.Max(spans[at].Start, covered);
            var end = spans[^1].End <= start + reach ? spans[^1].End : CutAtDay(spans, start, start + reach, market);
            var last = at;
            while (last + 1 < spans.Count && spans[last + 1].Start < end) last++;
            covered = Math.Min(end, spans[last].End);
            requests.Add(new(start, covered));
            at = spans[last].End <= covered ? last + 1 : last;
        }

        return requests;
    }

    /// <summary>The requests that fetch exactly one gap and nothing else (OHLCV-115): one, or several when the gap is longer than the vendor answers at once.</summary>
    public static IReadOnlyList<FetchSpan> Exact(FetchSpan gap, TimeSpan longest)
    {
        var requests = new List<FetchSpan>();
        for (var start = gap.Start; start < gap.End; start += Micros(longest)) requests.Add(new(start, Math.Min(gap.End, start + Micros(longest))));
        return requests;
    }

    // the day in which the reach ends is left to the next request, unless nothing of it is missing beyond the reach
    private static long CutAtDay(List<FetchSpan> spans, long start, long limit, MarketRules market)
    {
        var day = market.BoundsOf(market.DayOf(limit));
        var isWhole = !spans.Exists(span => span.Start < day.End && span.End > limit);
        return isWhole || day.Start <= start ? limit : day.Start;
    }

    private static List<FetchSpan> Merge(IReadOnlyList<FetchSpan> missing)
    {
        var merged = new List<FetchSpan>();
        foreach (var span in missing.Where(span => span.End > span.Start).OrderBy(span => span.Start))
        {
            if (merged.Count > 0 && span.Start <= merged[^1].End) merged[^1] = new(merged[^1].Start, Math.Max(merged[^1].End, span.End));
            else merged.Add(span);
        }

        return merged;
    }

    private static long Micros(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMinutes(1));
        return span.Ticks / 10;
    }
}

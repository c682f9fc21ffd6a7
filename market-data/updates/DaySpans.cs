using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Updates;

/// <summary>Turns days into the stretches of time that are asked for.</summary>
public static class DaySpans
{
    /// <summary>
    /// Neighbouring trading days become one stretch, so that a provider may answer many of them at once (OHLCV-132).
    /// </summary>
    /// <param name="market">The market.</param>
    /// <param name="days">Days since 1970-01-01, sorted; dates that are no trading days are passed over.</param>
    public static IReadOnlyList<TimeSpanMicros> Of(MarketRules market, IReadOnlyList<int> days)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(days);
        var spans = new List<TimeSpanMicros>();
        var previous = int.MinValue;
        foreach (var day in days)
        {
            var index = market.IndexOf(MarketRules.DateOfDay(day));
            if (index < 0) continue;
            var (start, end) = (UpdateBounds.Start(market, index), UpdateBounds.End(market, index));
            if (index - 1 == previous) spans[^1] = spans[^1] with { End = end };
            else spans.Add(new(start, end));
            previous = index;
        }

        return spans;
    }

    /// <summary>The part of a stretch that one request should ask for: whole days, as many as fit, but at least one (OHLCV-009, OHLCV-O01).</summary>
    public static TimeSpanMicros FirstRequest(MarketRules market, TimeSpanMicros span, TimeSpan longest)
    {
        ArgumentNullException.ThrowIfNull(market);
        var reach = span.Start + (longest.Ticks / 10);
        if (span.End <= reach) return span;
        var first = market.Days.DayAtOrBefore(span.Start);
        var day = market.Days.DayAtOrBefore(reach);
        if (day >= 0 && UpdateBounds.End(market, day) > reach) day--;
        var end = UpdateBounds.End(market, Math.Max(day, first));
        return span with { End = Math.Clamp(end, span.Start, span.End) };
    }

    /// <summary>Indices of the trading days that a stretch touches.</summary>
    public static (int First, int Last) Days(MarketRules market, TimeSpanMicros span)
    {
        ArgumentNullException.ThrowIfNull(market);
        var first = Math.Max(0, market.Days.DayAtOrBefore(span.Start));
        if (UpdateBounds.End(market, first) <= span.Start) first++;
        return (first, market.Days.DayAtOrBefore(span.End - 1));
    }
}

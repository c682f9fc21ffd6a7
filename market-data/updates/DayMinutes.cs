using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Updates;

/// <summary>The minutes of one trading day that are expected, and those that are missing. Regular hours only (OHLCV-095).</summary>
public static class DayMinutes
{
    public const long Minute = 60_000_000;

    /// <summary>Minutes of the regular session.</summary>
    public static int Expected(MarketRules market, int day)
    {
        ArgumentNullException.ThrowIfNull(market);
        return (int)((market.Days.RegularClose(day) - market.Days.RegularOpen(day)) / Minute);
    }

    /// <summary>Expected minutes that are among <paramref name="times"/>.</summary>
    public static int Actual(MarketRules market, int day, ReadOnlySpan<long> times)
    {
        ArgumentNullException.ThrowIfNull(market);
        var (open, close) = (market.Days.RegularOpen(day), market.Days.RegularClose(day));
        var count = 0;
        foreach (var time in times)
        {
            if (time >= open && time < close) count++;
        }

        return count;
    }

    /// <summary>The runs of expected minutes that are not among <paramref name="times"/> and not <paramref name="known"/> to be empty (OHLCV-104, OHLCV-121).</summary>
    /// <param name="market">The market.</param>
    /// <param name="day">Index of the day.</param>
    /// <param name="times">Starts of candles, rising.</param>
    /// <param name="known">Stretches that need no candle, sorted.</param>
    public static List<TimeSpanMicros> Missing(MarketRules market, int day, ReadOnlySpan<long> times, IReadOnlyList<TimeSpanMicros> known)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(known);
        var missing = new List<TimeSpanMicros>();
        var at = 0;
        var skip = 0;
        for (var minute = market.Days.RegularOpen(day); minute < market.Days.RegularClose(day); minute += Minute)
        {
            while (at < times.Length && times[at] < minute) at++;
            if (at < times.Length && times[at] < minute + Minute) continue;
            while (skip < known.Count && known[skip].End <= minute) skip++;
            if (skip < known.Count && known[skip].Start <= minute) continue;
            if (missing.Count > 0 && missing[^1].End == minute) missing[^1] = missing[^1] with { End = minute + Minute };
            else missing.Add(new(minute, minute + Minute));
        }

        return missing;
    }
}

using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Resampling;

/// <summary>Which days of minutes make which days of candles, so that a correction recomputes only what it touches (OHLCV-068).</summary>
public static class ResamplePlan
{
    /// <summary>
    /// The trading days whose minutes the candles of <paramref name="first"/> to <paramref name="last"/> are made of: these days themselves, and for daily candles that
    /// begin before their day (<see cref="MarketRules.DailyReachesBack"/>) the trading day before.
    /// </summary>
    public static (DateOnly First, DateOnly Last) MinutesNeeded(DateOnly first, DateOnly last, Timeframe target, MarketRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (target != Timeframe.Daily || !rules.DailyReachesBack) return (first, last);
        var index = rules.FirstIndexFrom(first);
        return (index > 0 ? rules.DateAt(index - 1) : first, last);
    }

    /// <summary>The trading days whose candles change with the minutes of <paramref name="changed"/>, sorted and without repeats; dates that are no trading day have no candles.</summary>
    public static IReadOnlyList<DateOnly> Touched(IEnumerable<DateOnly> changed, Timeframe target, MarketRules rules)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(rules);
        var touched = new SortedSet<DateOnly>();
        foreach (var date in changed)
        {
            var index = rules.IndexOf(date);
            if (index < 0) continue;
            touched.Add(date);
            if (target == Timeframe.Daily && rules.DailyReachesBack && index + 1 < rules.Days.Count) touched.Add(rules.DateAt(index + 1));
        }

        return [.. touched];
    }
}

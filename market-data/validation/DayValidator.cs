using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Validation;

/// <summary>Compares stored minutes with what a market's calendar expects (section 10). Safe for concurrent use.</summary>
public static class DayValidator
{
    private const long MinuteMicros = 60_000_000;

    /// <summary>Validates one date; rows of other dates are not looked at.</summary>
    /// <param name="date">The date in the market's own calendar.</param>
    /// <param name="minutes">One-minute candles whose times rise; only the time is read.</param>
    /// <param name="rules">The market.</param>
    /// <param name="confirmedEmpty">Gaps that the provider confirmed to hold no trade, sorted; null for none.</param>
    public static DayValidation Validate(DateOnly date, CandleColumns minutes, MarketRules rules, IReadOnlyList<TimeSpanMicros>? confirmedEmpty = null)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        ArgumentNullException.ThrowIfNull(rules);
        var (start, end) = rules.BoundsOf(date);
        var first = minutes.FirstAtOrAfter(start);
        var rows = minutes.Time.AsSpan(first, minutes.FirstAtOrAfter(end) - first);
        var index = rules.IndexOf(date);
        if (index < 0) return new(date, false, false, 0, 0, rows.Length, []);

        var (open, close) = (rules.Days.RegularOpen(index), rules.Days.RegularClose(index));
        var expected = rules.ExpectedMinutes(index);
        var actual = 0;
        var gaps = new List<MinuteGap>();
        var extra = 0;
        var next = open;
        foreach (var time in rows)
        {
            if (time < open || time >= close)
            {
                extra++;
                continue;
            }

            // a candle stands for the minute it begins in
            var minute = time - ((time - open) % MinuteMicros);
            if (minute < next) continue;
            if (minute > next) AddGap(gaps, next, minute, confirmedEmpty);
            actual++;
            next = minute + MinuteMicros;
        }

        if (next < close) AddGap(gaps, next, close, confirmedEmpty);
        return new(date, true, rules.IsHalfDay(index), expected, actual, extra, gaps);
    }

    /// <summary>
    /// Validates all trading days from <paramref name="first"/> to <paramref name="last"/>, both included, and those other dates of the range that have candles (OHLCV-092, OHLCV-097).
    /// </summary>
    /// <param name="first">First date.</param>
    /// <param name="last">Last date.</param>
    /// <param name="minutes">One-minute candles whose times rise; only the time is read.</param>
    /// <param name="rules">The market.</param>
    /// <param name="confirmedEmpty">Gaps that the provider confirmed to hold no trade, sorted; null for none.</param>
    public static IReadOnlyList<DayValidation> ValidateRange(
        DateOnly first, DateOnly last, CandleColumns minutes, MarketRules rules, IReadOnlyList<TimeSpanMicros>? confirmedEmpty = null)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        ArgumentNullException.ThrowIfNull(rules);
        var validations = new List<DayValidation>();
        if (last < first) return validations;
        for (var date = first; ; date = date.AddDays(1))
        {
            var validation = Validate(date, minutes, rules, confirmedEmpty);
            if (validation.IsTradingDay || validation.ExtraCandles > 0) validations.Add(validation);
            if (date == last) return validations;
        }
    }

    /// <summary>The parts of a gap that are confirmed empty and those that are not, in order.</summary>
    private static void AddGap(List<MinuteGap> gaps, long start, long end, IReadOnlyList<TimeSpanMicros>? confirmedEmpty)
    {
        foreach (var empty in confirmedEmpty ?? [])
        {
            var from = Math.Max(start, Ceiling(empty.Start));
            var to = Math.Min(end, Floor(empty.End));
            if (from >= to) continue;
            if (from > start) gaps.Add(new(start, from, false));
            gaps.Add(new(from, to, true));
            start = to;
        }

        if (start < end) gaps.Add(new(start, end, false));
    }

    private static long Floor(long instant) => instant - (instant % MinuteMicros);

    private static long Ceiling(long instant) => Floor(instant + MinuteMicros - 1);
}

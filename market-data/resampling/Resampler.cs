using System.Globalization;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Resampling;

/// <summary>
/// Makes longer candles of one-minute candles (section 8): per interval the first open, the highest high, the lowest low, the last close and the sum of
/// the volume. Where intervals begin is the business of <see cref="MarketRules"/>.
/// </summary>
/// <remarks>
/// The rows are cut into runs by instants alone, trading day after trading day, so that time zones cost per day and not per row; then each column is folded
/// over the runs. Equal input gives equal output. Safe for concurrent use.
/// </remarks>
public static class Resampler
{
    private const long MinuteMicros = 60_000_000;

    /// <summary>The candles of <paramref name="target"/>; intervals without any minute have none (OHLCV-064), minutes outside the session enter none (OHLCV-075).</summary>
    /// <param name="minutes">One-minute candles; times must rise strictly.</param>
    /// <param name="target">Timeframe; <see cref="Timeframe.OneMinute"/> gives the minutes that lie in the session.</param>
    /// <param name="rules">The market.</param>
    /// <exception cref="ArgumentException">Times do not rise strictly.</exception>
    /// <exception cref="OverflowException">The volumes of a candle have a sum above 92,233,720,368.54775807.</exception>
    public static CandleColumns Resample(CandleColumns minutes, Timeframe target, MarketRules rules) =>
        Resample(minutes, target, rules, DateOnly.MinValue, DateOnly.MaxValue);

    /// <summary>The candles of the trading days from <paramref name="first"/> to <paramref name="last"/> alone; <see cref="ResamplePlan"/> says which minutes they need.</summary>
    /// <inheritdoc cref="Resample(CandleColumns, Timeframe, MarketRules)"/>
    public static CandleColumns Resample(CandleColumns minutes, Timeframe target, MarketRules rules, DateOnly first, DateOnly last)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        ArgumentNullException.ThrowIfNull(rules);
        if (minutes.Count == 0) return CandleColumns.Empty;
        var unordered = minutes.FirstUnordered();
        if (unordered >= 0) throw new ArgumentException($"the minutes do not rise: row {unordered} ({Show(minutes.Time[unordered])}) does not come after the row before it", nameof(minutes));

        using var runs = new CandleRuns((minutes.Count / target.Minutes()) + 16);
        Cut(minutes.Time, target, rules, MarketRules.DayNumber(first), MarketRules.DayNumber(last), runs);
        return Fold(minutes, runs, target);
    }

    private static void Cut(ReadOnlySpan<long> time, Timeframe target, MarketRules rules, int firstDate, int lastDate, CandleRuns runs)
    {
        Span<SessionPart> parts = stackalloc SessionPart[3];
        var days = rules.Days;
        var row = 0;
        for (var day = Math.Max(0, days.DayAtOrBefore(time[0])); day < days.Count && row < time.Length; day++)
        {
            if (days.ExtendedOpen(day) > time[^1]) return;
            var count = rules.PartsOf(day, target, parts);
            foreach (ref readonly var part in parts[..count])
            {
                row = FirstAtOrAfter(time, row, time.Length, part.From);
                var end = FirstAtOrAfter(time, row, time.Length, part.To);
                if (part.Date >= firstDate && part.Date <= lastDate) CutPart(time, row, end, part, runs);
                row = end;
            }
        }
    }

    private static void CutPart(ReadOnlySpan<long> time, int row, int end, in SessionPart part, CandleRuns runs)
    {
        if (part.Length == 0)
        {
            if (row < end) runs.Add(row, end, part.Origin);
            return;
        }

        var next = long.MinValue;
        while (row < end)
        {
            var at = time[row];
            // mostly the interval right after the last one; only after a gap it has to be computed
            var begin = at >= next && at < next + part.Length ? next : Begin(at, part);
            next = begin + part.Length;
            var to = EndOfRun(time, row, end, next);
            runs.Add(row, to, Math.Max(begin, part.EarliestStamp));
            row = to;
        }
    }

    private static long Begin(long at, in SessionPart part)
    {
        var past = (at - part.Origin) % part.Length;
        return at - (past < 0 ? past + part.Length : past);
    }

    /// <summary>The first row at or after <paramref name="stop"/>. Without missing minutes it is where counting minutes says.</summary>
    private static int EndOfRun(ReadOnlySpan<long> time, int row, int end, long stop)
    {
        var dense = (int)Math.Min(row + ((stop - time[row]) / MinuteMicros), end);
        if (dense > row && time[dense - 1] < stop && (dense == end || time[dense] >= stop)) return dense;
        return FirstAtOrAfter(time, row + 1, end, stop);
    }

    /// <summary>The first row from <paramref name="from"/> on that is at or after <paramref name="instant"/>; looks nearby first.</summary>
    private static int FirstAtOrAfter(ReadOnlySpan<long> time, int from, int end, long instant)
    {
        var step = 1;
        var low = from;
        while (low < end && time[Math.Min(low + step, end) - 1] < instant)
        {
            low = Math.Min(low + step, end);
            step *= 2;
        }

        var high = Math.Min(low + step, end);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (time[middle] < instant) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static CandleColumns Fold(CandleColumns minutes, CandleRuns runs, Timeframe target)
    {
        if (runs.CandleCount == 0) return CandleColumns.Empty;
        var candles = new CandleColumns(runs.Stamps.ToArray(), Column(), Column(), Column(), Column(), Column());
        var tooMuch = CandleFold.Fold(minutes, runs.Runs, candles);
        if (tooMuch >= 0) throw new OverflowException($"the volumes of the {target.Name()} candle at {Show(candles.Time[tooMuch])} add up to more than a 64-bit number of 10^-8 units holds");
        return candles;

        // every row is written
        long[] Column() => GC.AllocateUninitializedArray<long>(runs.CandleCount);
    }

    private static string Show(long micros) => (DateTime.UnixEpoch + TimeSpan.FromMicroseconds(micros)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

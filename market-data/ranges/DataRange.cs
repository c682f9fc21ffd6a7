using System.Runtime.InteropServices;
using Trading.Engine.Bars;

namespace Trading.MarketData.Ranges;

/// <summary>What data a simulated range really has of one symbol (SIM-144).</summary>
/// <param name="Start">Open time of the first bar in the range, in microseconds since 1970-01-01Z; null without bars.</param>
/// <param name="End">End of the last bar in the range, that is its open time plus the length of a bar; null without bars.</param>
/// <param name="Candles">Bars in the range.</param>
/// <param name="MissingCandles">Bars that the calendar would have in the range, but that are not there.</param>
public readonly record struct DataRange(long? Start, long? End, int Candles, int MissingCandles)
{
    /// <summary>Looks at the bars that open in [start, end) in the regular session, or in any session with extended hours.</summary>
    /// <param name="series">The bars, with the trading days of their market.</param>
    /// <param name="start">First instant, in microseconds since 1970-01-01Z.</param>
    /// <param name="end">First instant after the range.</param>
    /// <param name="extendedHours">Whether pre-market and after-hours count.</param>
    public static DataRange Of(BarSeries series, long start, long end, bool extendedHours)
    {
        var begin = series.FirstAtOrAfter(start);
        // every session that is created asks this of a whole year of minutes, so it must not look at them one by one
        var sessions = MemoryMarshal.AsBytes(series.Session.AsSpan(begin, Math.Max(0, series.FirstAtOrAfter(end) - begin)));
        const byte regular = (byte)MarketSession.Regular, closed = (byte)MarketSession.Closed;
        var first = extendedHours ? sessions.IndexOfAnyExcept(closed) : sessions.IndexOf(regular);
        var last = extendedHours ? sessions.LastIndexOfAnyExcept(closed) : sessions.LastIndexOf(regular);
        var candles = extendedHours ? sessions.Length - sessions.Count(closed) : sessions.Count(regular);
        var expected = ExpectedBars(series.Days, start, end, extendedHours, series.BarMicros);
        return candles == 0
            ? new DataRange(null, null, 0, expected)
            : new DataRange(series.OpenTime[begin + first], series.OpenTime[begin + last] + series.BarMicros, candles, Math.Max(0, expected - candles));
    }

    /// <summary>Bars that the calendar has in [start, end): one every <paramref name="barMicros"/> from the open of each session on.</summary>
    public static int ExpectedBars(TradingDays days, long start, long end, bool extendedHours, long barMicros)
    {
        long bars = 0;
        for (var day = Math.Max(0, days.DayAtOrBefore(start)); day < days.Count && days.ExtendedOpen(day) < end; day++)
        {
            var open = extendedHours ? days.ExtendedOpen(day) : days.RegularOpen(day);
            var close = extendedHours ? days.ExtendedClose(day) : days.RegularClose(day);
            // the k-th bar of the day opens at open + k × barMicros; count the k inside the range
            var from = RoundUp(Math.Max(start, open) - open, barMicros);
            var to = RoundUp(Math.Min(end, close) - open, barMicros);
            bars += Math.Max(0, to - from);
        }

        return checked((int)bars);
    }

    private static long RoundUp(long micros, long barMicros) => micros <= 0 ? 0 : ((micros - 1) / barMicros) + 1;
}

using System.Numerics;

namespace Trading.MarketData.Resampling;

/// <summary>Folds the runs of one column into one value per candle: first, maximum, minimum, last, sum (section 8.1).</summary>
internal static class CandleFold
{
    public static void First(ReadOnlySpan<long> column, ReadOnlySpan<CandleRun> runs, Span<long> result)
    {
        // backwards, so that the first run of a candle is the one that stays
        for (var at = runs.Length - 1; at >= 0; at--) result[runs[at].Candle] = column[runs[at].From];
    }

    public static void Last(ReadOnlySpan<long> column, ReadOnlySpan<CandleRun> runs, Span<long> result)
    {
        foreach (ref readonly var run in runs) result[run.Candle] = column[run.To - 1];
    }

    public static void Max(ReadOnlySpan<long> column, ReadOnlySpan<CandleRun> runs, Span<long> result)
    {
        result.Fill(long.MinValue);
        foreach (ref readonly var run in runs) result[run.Candle] = Math.Max(result[run.Candle], MaxOf(column[run.From..run.To]));
    }

    public static void Min(ReadOnlySpan<long> column, ReadOnlySpan<CandleRun> runs, Span<long> result)
    {
        result.Fill(long.MaxValue);
        foreach (ref readonly var run in runs) result[run.Candle] = Math.Min(result[run.Candle], MinOf(column[run.From..run.To]));
    }

    /// <returns>The first candle whose sum does not fit; −1 when all do.</returns>
    public static int Sum(ReadOnlySpan<long> column, ReadOnlySpan<CandleRun> runs, Span<long> result)
    {
        result.Clear();
        foreach (ref readonly var run in runs)
        {
            if (!TrySumOf(column[run.From..run.To], out var part)) return run.Candle;
            var sum = result[run.Candle] + part;
            // both or neither have the sign that the sum has, unless it went over
            if (((sum ^ part) & (sum ^ result[run.Candle])) < 0) return run.Candle;
            result[run.Candle] = sum;
        }

        return -1;
    }

    private static long MaxOf(ReadOnlySpan<long> values)
    {
        var at = 0;
        var max = values[0];
        if (values.Length >= 4 * Vector<long>.Count)
        {
            var vector = new Vector<long>(values);
            for (at = Vector<long>.Count; at <= values.Length - Vector<long>.Count; at += Vector<long>.Count) vector = Vector.Max(vector, new Vector<long>(values[at..]));
            for (var lane = 0; lane < Vector<long>.Count; lane++) max = Math.Max(max, vector[lane]);
        }

        for (; at < values.Length; at++) max = Math.Max(max, values[at]);
        return max;
    }

    private static long MinOf(ReadOnlySpan<long> values)
    {
        var at = 0;
        var min = values[0];
        if (values.Length >= 4 * Vector<long>.Count)
        {
            var vector = new Vector<long>(values);
            for (at = Vector<long>.Count; at <= values.Length - Vector<long>.Count; at += Vector<long>.Count) vector = Vector.Min(vector, new Vector<long>(values[at..]));
            for (var lane = 0; lane < Vector<long>.Count; lane++) min = Math.Min(min, vector[lane]);
        }

        for (; at < values.Length; at++) min = Math.Min(min, values[at]);
        return min;
    }

    private static bool TrySumOf(ReadOnlySpan<long> values, out long sum)
    {
        // every bit that occurs in any value bounds them all: when that bound times their number fits, no partial sum can go over
        long all = 0;
        sum = 0;
        foreach (var value in values)
        {
            all |= value;
            sum += value;
        }

        return (all >= 0 && all <= long.MaxValue / values.Length) || TrySumExactly(values, out sum);
    }

    private static bool TrySumExactly(ReadOnlySpan<long> values, out long sum)
    {
        var wide = Int128.Zero;
        foreach (var value in values) wide += value;
        sum = (long)Int128.Clamp(wide, long.MinValue, long.MaxValue);
        return sum == wide;
    }
}

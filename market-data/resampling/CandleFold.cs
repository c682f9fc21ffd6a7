using System.Numerics;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Resampling;

/// <summary>Folds runs of minutes into candles: first open, highest high, lowest low, last close, sum of the volume (section 8.1).</summary>
internal static class CandleFold
{
    /// <summary>From so many rows on a run is worth its vectors.</summary>
    private const int LongRun = 24;

    /// <summary>Fills the columns of <paramref name="candles"/>, whatever they hold, but for the time.</summary>
    /// <returns>The first candle whose volume does not fit; −1 when all do.</returns>
    public static int Fold(CandleColumns minutes, ReadOnlySpan<CandleRun> runs, CandleColumns candles)
    {
        ReadOnlySpan<long> open = minutes.Open, high = minutes.High, low = minutes.Low, close = minutes.Close, volume = minutes.Volume;
        Span<long> opens = candles.Open, highs = candles.High, lows = candles.Low, closes = candles.Close, volumes = candles.Volume;
        var last = -1;
        foreach (ref readonly var run in runs)
        {
            var (highest, lowest, sum, fits) = run.To - run.From < LongRun
                ? OfShort(high, low, volume, run)
                : OfLong(high[run.From..run.To], low[run.From..run.To], volume[run.From..run.To]);
            var candle = run.Candle;
            closes[candle] = close[run.To - 1];
            if (candle != last)
            {
                opens[candle] = open[run.From];
            }
            else
            {
                highest = Math.Max(highest, highs[candle]);
                lowest = Math.Min(lowest, lows[candle]);
                fits &= TryAdd(volumes[candle], ref sum);
            }

            highs[candle] = highest;
            lows[candle] = lowest;
            volumes[candle] = sum;
            if (!fits) return candle;
            last = candle;
        }

        return -1;
    }

    private static (long Highest, long Lowest, long Sum, bool Fits) OfShort(ReadOnlySpan<long> high, ReadOnlySpan<long> low, ReadOnlySpan<long> volume, in CandleRun run)
    {
        long highest = high[run.From], lowest = low[run.From], sum = volume[run.From], all = sum;
        for (var row = run.From + 1; row < run.To; row++)
        {
            highest = Math.Max(highest, high[row]);
            lowest = Math.Min(lowest, low[row]);
            sum += volume[row];
            all |= volume[row];
        }

        var fits = IsBounded(all, LongRun) || TrySumExactly(volume[run.From..run.To], out sum);
        return (highest, lowest, sum, fits);
    }

    private static (long Highest, long Lowest, long Sum, bool Fits) OfLong(ReadOnlySpan<long> high, ReadOnlySpan<long> low, ReadOnlySpan<long> volume)
    {
        var (sums, bits) = (Vector<long>.Zero, Vector<long>.Zero);
        var (highest, lowest) = (new Vector<long>(high), new Vector<long>(low));
        var row = 0;
        for (; row <= volume.Length - Vector<long>.Count; row += Vector<long>.Count)
        {
            highest = Vector.Max(highest, new Vector<long>(high[row..]));
            lowest = Vector.Min(lowest, new Vector<long>(low[row..]));
            var traded = new Vector<long>(volume[row..]);
            sums += traded;
            bits |= traded;
        }

        var (max, min, sum, all) = (highest[0], lowest[0], Vector.Sum(sums), bits[0]);
        for (var lane = 1; lane < Vector<long>.Count; lane++)
        {
            max = Math.Max(max, highest[lane]);
            min = Math.Min(min, lowest[lane]);
            all |= bits[lane];
        }

        for (; row < volume.Length; row++)
        {
            max = Math.Max(max, high[row]);
            min = Math.Min(min, low[row]);
            sum += volume[row];
            all |= volume[row];
        }

        var fits = IsBounded(all, volume.Length) || TrySumExactly(volume, out sum);
        return (max, min, sum, fits);
    }

    /// <summary>The bits that occur in any value bound them all: when that bound times their number fits, no sum of them went over.</summary>
    private static bool IsBounded(long all, int count) => all >= 0 && all <= long.MaxValue / count;

    private static bool TrySumExactly(ReadOnlySpan<long> values, out long sum)
    {
        var wide = Int128.Zero;
        foreach (var value in values) wide += value;
        sum = (long)Int128.Clamp(wide, long.MinValue, long.MaxValue);
        return sum == wide;
    }

    private static bool TryAdd(long other, ref long sum)
    {
        var wide = (Int128)other + sum;
        sum = (long)Int128.Clamp(wide, long.MinValue, long.MaxValue);
        return sum == wide;
    }
}

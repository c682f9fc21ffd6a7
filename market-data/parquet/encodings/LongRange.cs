using System.Numerics;
using System.Runtime.InteropServices;

namespace Trading.MarketData.Parquet;

/// <summary>Smallest and largest of many integers.</summary>
internal static class LongRange
{
    /// <returns>(<see cref="long.MaxValue"/>, <see cref="long.MinValue"/>) of nothing.</returns>
    public static (long Minimum, long Maximum) Of(ReadOnlySpan<long> values)
    {
        var vectors = MemoryMarshal.Cast<long, Vector<long>>(values);
        var (low, high) = (new Vector<long>(long.MaxValue), new Vector<long>(long.MinValue));
        foreach (var vector in vectors)
        {
            low = Vector.Min(low, vector);
            high = Vector.Max(high, vector);
        }

        var (minimum, maximum) = (long.MaxValue, long.MinValue);
        for (var at = 0; at < Vector<long>.Count; at++)
        {
            minimum = Math.Min(minimum, low[at]);
            maximum = Math.Max(maximum, high[at]);
        }

        foreach (var value in values[(vectors.Length * Vector<long>.Count)..])
        {
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }

        return (minimum, maximum);
    }
}

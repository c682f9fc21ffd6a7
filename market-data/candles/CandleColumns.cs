using System.Numerics;

namespace Trading.MarketData.Candles;

/// <summary>
/// Candles as columns, on their way between a provider or a file, the store and the engine. <see cref="Time"/> is the start of a candle in
/// microseconds since 1970-01-01Z; prices and volume are in 10⁻⁸ units, as in <see cref="Engine.Bars.BarSeries"/>.
/// </summary>
/// <remarks>
/// Whoever made the columns may write to them until they are handed on; from then on they are read only and safe for concurrent readers.
/// The constructor checks lengths only: order and sanity are the business of the receiver that needs them (<see cref="FirstUnordered"/>).
/// </remarks>
public sealed class CandleColumns
{
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public CandleColumns(long[] time, long[] open, long[] high, long[] low, long[] close, long[] volume)
    {
        Time = time;
        Open = open;
        High = high;
        Low = low;
        Close = close;
        Volume = volume;
        var count = time.Length;
        if (open.Length != count || high.Length != count || low.Length != count || close.Length != count || volume.Length != count)
        {
            throw new ArgumentException("the candle columns differ in length", nameof(time));
        }
    }

    /// <summary>Columns of <paramref name="count"/> candles, all zero, to be filled.</summary>
    public CandleColumns(int count)
        : this(new long[count], new long[count], new long[count], new long[count], new long[count], new long[count])
    {
    }

    /// <summary>No candles.</summary>
    public static CandleColumns Empty { get; } = new(0);

    public int Count => Time.Length;

#pragma warning disable CA1819 // loops index the columns directly; they are read only by contract once handed on
    public long[] Time { get; }

    public long[] Open { get; }

    public long[] High { get; }

    public long[] Low { get; }

    public long[] Close { get; }

    public long[] Volume { get; }
#pragma warning restore CA1819

    /// <summary>Index of the first candle that does not start after the one before it; −1 when times rise strictly.</summary>
    public int FirstUnordered()
    {
        var at = 1;
        while (at <= Time.Length - Vector<long>.Count && Vector.GreaterThanAll(new Vector<long>(Time, at), new Vector<long>(Time, at - 1))) at += Vector<long>.Count;
        for (; at < Time.Length; at++)
        {
            if (Time[at] <= Time[at - 1]) return at;
        }

        return -1;
    }

    /// <summary>Index of the first candle that starts at or after <paramref name="instant"/>; times must rise strictly.</summary>
    public int FirstAtOrAfter(long instant)
    {
        var found = Array.BinarySearch(Time, instant);
        return found >= 0 ? found : ~found;
    }

    /// <summary>A copy of <paramref name="count"/> candles from <paramref name="from"/> on; the columns themselves when that is all of them.</summary>
    public CandleColumns Slice(int from, int count)
    {
        if (from == 0 && count == Count) return this;
        return new(Part(Time), Part(Open), Part(High), Part(Low), Part(Close), Part(Volume));

        long[] Part(long[] column) => column.AsSpan(from, count).ToArray();
    }

    /// <summary>The candles of all parts, one after the other.</summary>
    public static CandleColumns Concat(IReadOnlyList<CandleColumns> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 1) return parts[0];
        var all = new CandleColumns(parts.Sum(part => part.Count));
        var at = 0;
        foreach (var part in parts)
        {
            part.Time.CopyTo(all.Time, at);
            part.Open.CopyTo(all.Open, at);
            part.High.CopyTo(all.High, at);
            part.Low.CopyTo(all.Low, at);
            part.Close.CopyTo(all.Close, at);
            part.Volume.CopyTo(all.Volume, at);
            at += part.Count;
        }

        return all;
    }
}

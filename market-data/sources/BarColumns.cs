namespace Trading.MarketData.Sources;

/// <summary>Columns of bars on their way into a <see cref="Trading.Engine.Bars.BarSeries"/>; units as there.</summary>
internal sealed class BarColumns(int count)
{
    public long[] OpenTime { get; } = new long[count];

    public long[] Open { get; } = new long[count];

    public long[] High { get; } = new long[count];

    public long[] Low { get; } = new long[count];

    public long[] Close { get; } = new long[count];

    public long[] Volume { get; } = new long[count];

    public int Count => OpenTime.Length;

    /// <summary>The first <paramref name="count"/> bars.</summary>
    public BarColumns First(int count)
    {
        var first = new BarColumns(count);
        Array.Copy(OpenTime, first.OpenTime, count);
        Array.Copy(Open, first.Open, count);
        Array.Copy(High, first.High, count);
        Array.Copy(Low, first.Low, count);
        Array.Copy(Close, first.Close, count);
        Array.Copy(Volume, first.Volume, count);
        return first;
    }
}

using Trading.MarketData.Candles;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>Candles and provenance of the tests of files.</summary>
internal static class TestCandles
{
    public const long Unit = 100_000_000;

    public static PartitionInfo Info { get; } = new("polygon", "vendor_history", "raw", Finality.Final, TestTime.At("2024-07-17 06:00"), [new(10, 20), new(30, 40)]);

    /// <summary>A random walk in cents with whole volumes, one candle a minute with a gap here and there.</summary>
    public static CandleColumns Walk(int count, int seed)
    {
        var random = new Random(seed);
        var candles = new CandleColumns(count);
        var time = TestTime.At("2024-07-16 13:30");
        var price = 23_450L;
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = time;
            time += TestTime.Minute * (random.Next(50) == 0 ? random.Next(2, 900) : 1);
            var open = price;
            price = Math.Max(100, price + random.Next(-30, 31));
            candles.Open[at] = open * (Unit / 100);
            candles.High[at] = (Math.Max(open, price) + random.Next(10)) * (Unit / 100);
            candles.Low[at] = (Math.Min(open, price) - random.Next(10)) * (Unit / 100);
            candles.Close[at] = price * (Unit / 100);
            candles.Volume[at] = random.Next(100, 400_000) * Unit;
        }

        return candles;
    }

    /// <summary>Values over the whole range of DECIMAL(18,8), all eight places used.</summary>
    public static CandleColumns Wild(int count, int seed)
    {
        var random = new Random(seed);
        var candles = new CandleColumns(count);
        var time = -TestTime.Minute * 1000;
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = time += 1 + random.NextInt64(1L << random.Next(1, 40));
            foreach (var column in (long[][])[candles.Open, candles.High, candles.Low, candles.Close, candles.Volume])
                column[at] = random.NextInt64(-999_999_999_999_999_999, 1_000_000_000_000_000_000) >> random.Next(60);
        }

        return candles;
    }

    public static void AssertEqual(CandleColumns expected, CandleColumns actual)
    {
        Assert.Equal(expected.Time, actual.Time);
        Assert.Equal(expected.Open, actual.Open);
        Assert.Equal(expected.High, actual.High);
        Assert.Equal(expected.Low, actual.Low);
        Assert.Equal(expected.Close, actual.Close);
        Assert.Equal(expected.Volume, actual.Volume);
    }

    public static void AssertEqual(PartitionInfo expected, PartitionInfo actual)
    {
        Assert.Equal(expected.ConfirmedEmpty, actual.ConfirmedEmpty);
        Assert.Equal(expected with { ConfirmedEmpty = [], Fingerprint = "" }, actual with { ConfirmedEmpty = [], Fingerprint = "" });
    }

    public static bool AreEqual(CandleColumns left, CandleColumns right) =>
        left.Time.AsSpan().SequenceEqual(right.Time) && left.Open.AsSpan().SequenceEqual(right.Open) && left.High.AsSpan().SequenceEqual(right.High)
        && left.Low.AsSpan().SequenceEqual(right.Low) && left.Close.AsSpan().SequenceEqual(right.Close) && left.Volume.AsSpan().SequenceEqual(right.Volume);
}

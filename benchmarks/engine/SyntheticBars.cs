using Trading.Engine.Bars;

namespace Trading.Bench;

/// <summary>Bars for benchmarks: a seeded random walk on a market that never closes.</summary>
internal static class SyntheticBars
{
    private const long Minute = 60_000_000;
    private const long Day = 1440 * Minute;
    private const long Start = 19_700 * Day;

    public static BarSeries RandomWalk(int count)
    {
        var (times, open, high, low, close, volume) = (new long[count], new long[count], new long[count], new long[count], new long[count], new long[count]);
        var price = 100 * Instrument.Unit;
        var state = 88172645463325252UL;
        for (var bar = 0; bar < count; bar++)
        {
            times[bar] = Start + bar * Minute;
            open[bar] = price;
            var drift = (long)(Next(ref state) % 41) - 20;
            price = Math.Max(20 * Instrument.Unit, price + drift * 1_000_000);
            close[bar] = price;
            high[bar] = Math.Max(open[bar], close[bar]) + (long)(Next(ref state) % 10) * 1_000_000;
            low[bar] = Math.Min(open[bar], close[bar]) - (long)(Next(ref state) % 10) * 1_000_000;
            volume[bar] = (long)(1000 + Next(ref state) % 5000) * Instrument.Unit;
        }

        return new BarSeries(Instrument.Default("WALK", AssetClass.Equity), Days(count), Minute, "synthetic", "raw", times, open, high, low, close, volume);
    }

    private static TradingDays Days(int bars)
    {
        var days = (int)((bars * Minute + Day - 1) / Day);
        var index = Enumerable.Range(0, days).ToArray();
        long[] opens = [.. index.Select(day => Start + day * Day)];
        long[] closes = [.. index.Select(day => Start + (day + 1) * Day)];
        return new TradingDays("always", "1", [.. index.Select(day => 19_700 + day)], opens, opens, closes, closes);
    }

    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
}

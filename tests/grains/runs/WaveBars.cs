using Trading.Engine.Bars;
using Trading.Grains.Tests.Sessions;

namespace Trading.Grains.Tests.Runs;

/// <summary>Series whose averages cross often: a walk in cents from a seed.</summary>
internal static class WaveBars
{
    /// <param name="symbol">Name.</param>
    /// <param name="days">Days from <see cref="SmallBars.FirstOpen"/> on.</param>
    /// <param name="minutes">Bars of a day.</param>
    /// <param name="seed">Of the walk and of the gaps.</param>
    /// <param name="gaps">Share of the bars that are missing, in percent.</param>
    public static BarSeries Series(string symbol, int days, int minutes, int seed, int gaps = 0)
    {
        var random = new Random(seed);
        var kept = Enumerable.Range(0, days * minutes).Where(_ => random.Next(100) >= gaps).ToArray();
        var open = new long[kept.Length];
        var close = new long[kept.Length];
        long price = 10_000;
        for (var at = 0; at < kept.Length; at++)
        {
            open[at] = price * 1_000_000;
            price = Math.Clamp(price + random.Next(-30, 31), 5_000, 20_000);
            close[at] = price * 1_000_000;
        }

        return new BarSeries(
            Instrument.Default(symbol, AssetClass.Equity),
            SmallBars.Days(days, minutes),
            SmallBars.Minute,
            "synthetic",
            "adjusted",
            Array.ConvertAll(kept, bar => SmallBars.FirstOpen + (bar / minutes * SmallBars.Day) + (bar % minutes * SmallBars.Minute)),
            open,
            [.. open.Zip(close, (one, other) => Math.Max(one, other) + 5_000_000)],
            [.. open.Zip(close, (one, other) => Math.Min(one, other) - 5_000_000)],
            close,
            Array.ConvertAll(kept, _ => SmallBars.Units(10_000)));
    }
}

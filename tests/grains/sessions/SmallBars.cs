using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Small synthetic series: a few days of a few minutes each, prices that a reader can compute in the head.</summary>
internal static class SmallBars
{
    public const long Minute = 60_000_000;
    public const long Day = 24 * 60 * Minute;

    /// <summary>2024-07-16T13:30:00Z.</summary>
    public const long FirstOpen = 1_721_136_600_000_000;

    /// <summary>Days of <paramref name="minutes"/> regular minutes each, from <see cref="FirstOpen"/> on.</summary>
    public static TradingDays Days(int days, int minutes)
    {
        var date = new int[days];
        var open = new long[days];
        var close = new long[days];
        for (var day = 0; day < days; day++)
        {
            date[day] = (int)(FirstOpen / Day) + day;
            open[day] = FirstOpen + day * Day;
            close[day] = open[day] + minutes * Minute;
        }

        return new TradingDays("test", "1", date, open, open, close, close);
    }

    /// <summary>One bar per minute; the open of bar n of the whole series is <paramref name="price"/> + n cents × <paramref name="slope"/>, high and low 10 cents away, close = open + 1 cent.</summary>
    /// <param name="without">Bars left out, counted from 0 over the whole series.</param>
    public static BarSeries Series(string symbol, int days, int minutes, decimal price = 100m, int slope = 1, params int[] without)
    {
        var count = days * minutes;
        var left = Enumerable.Range(0, count).Where(bar => !without.Contains(bar)).ToArray();
        var open = Array.ConvertAll(left, bar => Units(price + bar * slope * 0.01m));
        return new BarSeries(
            Instrument.Default(symbol, AssetClass.Equity),
            Days(days, minutes),
            Minute,
            "synthetic",
            "adjusted",
            Array.ConvertAll(left, bar => FirstOpen + bar / minutes * Day + bar % minutes * Minute),
            open,
            Array.ConvertAll(open, one => one + 10_000_000),
            Array.ConvertAll(open, one => one - 10_000_000),
            Array.ConvertAll(open, one => one + 1_000_000),
            Array.ConvertAll(open, _ => Units(10_000)));
    }

    public static long Units(decimal value) => (long)(value * 100_000_000m);

    public static Int128 Money(decimal value) => (Int128)(value * 10_000m) * 1_000_000_000_000;

    /// <summary>The session defaults: 5 bp slippage, 0.005 a share, 50,000.00 of cash.</summary>
    public static SimulationConfig Config(int days, decimal cash = 50_000m) => new()
    {
        Start = FirstOpen,
        End = FirstOpen + days * Day,
        InitialCash = Money(cash),
    };
}

using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;

namespace Trading.MarketData.Tests;

/// <summary>Small series of tests.</summary>
internal static class TestBars
{
    private static readonly TradingCalendars Calendars = new();
    private static readonly InstrumentTable Instruments = new();

    /// <summary>Minute bars in a row at 10.00, with the bar's number as its volume.</summary>
    public static BarSeries Minutes(string symbol, string firstUtc, int count) =>
        At(symbol, [.. Enumerable.Range(0, count).Select(bar => TestTime.At(firstUtc) + (bar * TestTime.Minute))]);

    /// <summary>Bars at 10.00 that open at the given instants, with the bar's number as its volume.</summary>
    public static BarSeries At(string symbol, long[] openTimes)
    {
        var instrument = Instruments[symbol];
        var price = openTimes.Select(_ => 10 * Instrument.Unit).ToArray();
        var volume = Enumerable.Range(0, openTimes.Length).Select(bar => bar * Instrument.Unit).ToArray();
        return new BarSeries(instrument, Calendars.For(instrument.AssetClass).All, TestTime.Minute, "csv", "adjusted", openTimes, price, price, price, price, volume);
    }
}

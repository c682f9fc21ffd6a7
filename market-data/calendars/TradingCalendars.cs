using Trading.Engine.Bars;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Calendars;

/// <summary>The calendars by asset class; one instance serves a process, so that all series of a class share one table.</summary>
public sealed class TradingCalendars
{
    public TradingCalendars()
        : this(new MarketDataOptions())
    {
    }

    /// <param name="options">Special closings and early closes of the settings (OHLCV-087).</param>
    /// <exception cref="ArgumentException">One of them is wrong; the message names it, its value and the rule.</exception>
    public TradingCalendars(MarketDataOptions options)
    {
        UsEquity = new(SpecialDays.From(options));
    }

    /// <summary>NYSE and Nasdaq.</summary>
    public UsEquityCalendar UsEquity { get; }

    public CryptoCalendar Crypto { get; } = new();

    public ForexCalendar Forex { get; } = new();

    /// <exception cref="ArgumentOutOfRangeException">The asset class has no calendar.</exception>
    public TradingCalendar For(AssetClass assetClass) => assetClass switch
    {
        AssetClass.Equity => UsEquity,
        AssetClass.Crypto => Crypto,
        AssetClass.Forex => Forex,
        _ => throw new ArgumentOutOfRangeException(nameof(assetClass), assetClass, "no calendar for this asset class"),
    };
}

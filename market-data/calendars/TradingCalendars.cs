using Trading.Engine.Bars;

namespace Trading.MarketData.Calendars;

/// <summary>The calendars by asset class; one instance serves a process, so that all series of a class share one table.</summary>
public sealed class TradingCalendars
{
    /// <summary>NYSE and Nasdaq.</summary>
    public UsEquityCalendar UsEquity { get; } = new();

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

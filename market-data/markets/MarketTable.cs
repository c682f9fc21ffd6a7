using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Markets;

/// <summary>The rules of every symbol's market: the asset class from the instrument table, the rest from calendars and settings. Safe for concurrent use.</summary>
public sealed class MarketTable
{
    private readonly InstrumentTable _instruments;
    private readonly MarketRules[] _rules;

    public MarketTable(InstrumentTable instruments, TradingCalendars calendars, MarketDataOptions options)
    {
        ArgumentNullException.ThrowIfNull(calendars);
        ArgumentNullException.ThrowIfNull(options);
        _instruments = instruments;
        _rules =
        [
            new(AssetClass.Equity, calendars.UsEquity.All, options.AssetClasses.GetValueOrDefault("us_equity") ?? new()),
            new(AssetClass.Crypto, calendars.Crypto.All, options.AssetClasses.GetValueOrDefault("crypto") ?? new()),
            new(AssetClass.Forex, calendars.Forex.All, options.AssetClasses.GetValueOrDefault("forex") ?? new()),
        ];
    }

    /// <summary>The market of a canonical symbol.</summary>
    /// <exception cref="ArgumentException">The symbol is not well-formed.</exception>
    public MarketRules this[string symbol] => For(_instruments[symbol].AssetClass);

    public MarketRules For(AssetClass assetClass) => _rules[(int)assetClass];
}

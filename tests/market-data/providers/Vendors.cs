using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Settings and requests that the tests of the clients share.</summary>
internal static class Vendors
{
    public const string Key = "stub-key-0123456789";
    public const string Secret = "stub-secret-9876543210";

    public static readonly string[] Names = ["polygon", "financial_modeling_prep", "tiingo", "alpaca"];

    public static MarketTable Markets { get; } = new(new InstrumentTable(), new TradingCalendars(), new MarketDataOptions());

    /// <summary>Settings with one configured provider at an address.</summary>
    public static MarketDataOptions Options(string name, string baseUrl) => Options((name, baseUrl));

    public static MarketDataOptions Options(params (string Name, string BaseUrl)[] vendors)
    {
        var options = new MarketDataOptions();
        foreach (var (name, baseUrl) in vendors)
        {
            options.Providers.Priority.Add(name);
            var account = Account(options.Providers, name);
            (account.BaseUrl, account.ApiKey, account.RequestsPerMinute) = (baseUrl, Key, 100_000);
            if (name == "alpaca") account.ApiSecret = Secret;
        }

        return options;
    }

    public static ProviderAccount Account(ProviderSettings settings, string name) => name switch
    {
        "polygon" => settings.Polygon,
        "financial_modeling_prep" => settings.FinancialModelingPrep,
        "tiingo" => settings.Tiingo,
        _ => settings.Alpaca,
    };

    public static ProviderTable Table(string name, string baseUrl, TimeProvider? time = null) => ProviderTable.Create(Options(name, baseUrl), Markets, time ?? TimeProvider.System);

    /// <summary>US equity minutes from and to UTC times.</summary>
    public static MinuteRequest Equity(string from, string to, string symbol = "AAPL", bool extended = false) =>
        new(symbol, AssetClass.Equity, TestTime.At(from), TestTime.At(to), extended);

    /// <summary>One candle a minute from a UTC time on; every value differs from every other.</summary>
    public static CandleColumns Candles(string from, int count, long price = 15_000_000_000)
    {
        var candles = new CandleColumns(count);
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = TestTime.At(from) + (at * TestTime.Minute);
            candles.Open[at] = price + (at * 1_000_000);
            candles.High[at] = candles.Open[at] + 3_000_000;
            candles.Low[at] = candles.Open[at] - 2_000_000;
            candles.Close[at] = candles.Open[at] + 500_000;
            candles.Volume[at] = (1000 + at) * 100_000_000L;
        }

        return candles;
    }

    /// <summary>The candles as rows, so that a failed comparison can be read.</summary>
    public static string[] Rows(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(at => $"{TestTime.Show(candles.Time[at])} {candles.Open[at]} {candles.High[at]} {candles.Low[at]} {candles.Close[at]} {candles.Volume[at]}")];
}

using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests;

/// <summary>Markets with and without settings, and minutes of whole days.</summary>
internal static class TestMarkets
{
    private static readonly TradingCalendars Calendars = new();

    public static MarketRules Equity { get; } = Of(AssetClass.Equity, new());

    public static MarketRules Crypto { get; } = Of(AssetClass.Crypto, new());

    public static MarketRules Forex { get; } = Of(AssetClass.Forex, new());

    public static MarketRules Default(AssetClass assetClass) => assetClass switch
    {
        AssetClass.Equity => Equity,
        AssetClass.Crypto => Crypto,
        _ => Forex,
    };

    public static MarketRules Of(AssetClass assetClass, AssetClassSettings settings) => new(assetClass, Calendars.For(assetClass).All, settings);

    public static DateOnly Date(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Every minute of the regular sessions from one date to another, or of the extended ones, with random prices.</summary>
    public static CandleColumns Minutes(MarketRules rules, string first, string last, bool extended = false, int seed = 1, double missing = 0)
    {
        var random = new Random(seed);
        var times = new List<long>();
        for (var day = rules.FirstIndexFrom(Date(first)); day < rules.Days.Count && rules.DateAt(day) <= Date(last); day++)
        {
            var end = extended ? rules.Days.ExtendedClose(day) : rules.Days.RegularClose(day);
            for (var time = extended ? rules.Days.ExtendedOpen(day) : rules.Days.RegularOpen(day); time < end; time += TestTime.Minute)
            {
                if (missing == 0 || random.NextDouble() >= missing) times.Add(time);
            }
        }

        return Candles(times, random);
    }

    /// <summary>Candles with random prices and volumes at the given times.</summary>
    public static CandleColumns Candles(IReadOnlyCollection<long> times, Random random)
    {
        var candles = new CandleColumns(times.Count);
        var row = 0;
        var price = 10_000_000_000L;
        foreach (var time in times)
        {
            candles.Time[row] = time;
            candles.Open[row] = price;
            price = Math.Max(1_000_000, price + random.Next(-50_000_000, 50_000_001));
            candles.Close[row] = price;
            candles.High[row] = Math.Max(candles.Open[row], price) + random.Next(0, 10_000_000);
            candles.Low[row] = Math.Min(candles.Open[row], price) - random.Next(0, 900_000);
            candles.Volume[row] = random.NextInt64(0, 100_000_000_000_000);
            row++;
        }

        return candles;
    }
}

using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Markets;

/// <summary>Checks the settings that say how markets work: asset classes, quote currencies, special days.</summary>
public static class MarketSettings
{
    /// <summary>What is wrong: each entry names the setting, its value and the rule (OHLCV-163). Empty when all is well.</summary>
    public static IReadOnlyList<string> Problems(MarketDataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        foreach (var (name, settings) in options.AssetClasses.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var index = AssetClassRules.Names.ToList().IndexOf(name);
            if (index >= 0) problems.AddRange(AssetClassRules.Problems((AssetClass)index, settings));
            else problems.Add($"{MarketDataOptions.Section}:AssetClasses has '{name}'; the asset classes are {string.Join(", ", AssetClassRules.Names)}");
        }

        foreach (var quote in options.CryptoQuotes)
        {
            if (!SymbolName.IsValid(quote, out _) || quote.Length > 10 || !quote.All(char.IsAsciiLetterOrDigit))
            {
                problems.Add($"{MarketDataOptions.Section}:CryptoQuotes has '{quote}'; a quote currency has 1 to 10 letters A to Z and digits");
            }
        }

        problems.AddRange(SpecialDays.Problems(options));
        return problems;
    }
}

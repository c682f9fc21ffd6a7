using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Markets;

/// <summary>The defaults of each asset class, and what its settings may say instead.</summary>
public static class AssetClassRules
{
    internal const string NewYorkCloseBoundary = "new_york_close";

    /// <summary>The keys of <see cref="MarketDataOptions.AssetClasses"/>, in the order of <see cref="AssetClass"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["us_equity", "crypto", "forex"];

    /// <summary>What is wrong with the settings of a class: each entry names the setting, its value and the rule. Empty when all is well.</summary>
    public static IReadOnlyList<string> Problems(AssetClass assetClass, AssetClassSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var problems = new List<string>();
        var section = $"{MarketDataOptions.Section}:AssetClasses:{Names[(int)assetClass]}";
        CheckAlignment(nameof(settings.MinuteAlignment), settings.MinuteAlignment);
        CheckAlignment(nameof(settings.HourAlignment), settings.HourAlignment);
        string[] boundaries = assetClass == AssetClass.Equity ? ["default", "session_close"] : ["default", "utc", NewYorkCloseBoundary];
        if (!boundaries.Contains(settings.DailyBoundary))
        {
            problems.Add($"{section}:DailyBoundary is '{settings.DailyBoundary}'; it must be one of {string.Join(", ", boundaries)}");
        }

        if (settings.ExtendedHours && assetClass != AssetClass.Equity) problems.Add($"{section}:ExtendedHours is true; only us_equity has extended hours");
        return problems;

        void CheckAlignment(string name, string value)
        {
            if (value is "default" or "clock" || IntervalAnchor.TryParse(value, out _, out var problem)) return;
            problems.Add($"{section}:{name} is '{value}'; {problem} (nor default nor clock)");
        }
    }

    /// <summary>What <c>5min</c>, <c>15min</c> and <c>30min</c> are counted from (OHLCV-070, OHLCV-078, OHLCV-081).</summary>
    internal static IntervalAnchor MinuteAnchor(AssetClass assetClass, AssetClassSettings settings) => settings.MinuteAlignment switch
    {
        "clock" => Clock(assetClass),
        "default" when assetClass == AssetClass.Forex => IntervalAnchor.At(new LocalTime(8, 0), DateTimeZoneProviders.Tzdb["Europe/London"]),
        "default" => Default(assetClass),
        var text => Parse(text),
    };

    /// <summary>What <c>1h</c>, <c>2h</c> and <c>4h</c> are counted from (OHLCV-071, OHLCV-072, OHLCV-D08).</summary>
    internal static IntervalAnchor HourAnchor(AssetClass assetClass, AssetClassSettings settings) => settings.HourAlignment switch
    {
        "clock" => Clock(assetClass),
        "default" => Default(assetClass),
        var text => Parse(text),
    };

    private static IntervalAnchor Default(AssetClass assetClass) => assetClass == AssetClass.Equity ? IntervalAnchor.SessionOpen : IntervalAnchor.UtcMidnight;

    private static IntervalAnchor Clock(AssetClass assetClass) => assetClass == AssetClass.Equity
        ? IntervalAnchor.At(LocalTime.Midnight, DateTimeZoneProviders.Tzdb["America/New_York"])
        : IntervalAnchor.UtcMidnight;

    private static IntervalAnchor Parse(string text) =>
        IntervalAnchor.TryParse(text, out var anchor, out var problem) ? anchor : throw new ArgumentException(problem, nameof(text));
}

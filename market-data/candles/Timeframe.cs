using System.Diagnostics.CodeAnalysis;

namespace Trading.MarketData.Candles;

/// <summary>The eight lengths of a candle (OHLCV-026). The values are stored and never renumbered.</summary>
public enum Timeframe : byte
{
    OneMinute = 0,
    FiveMinutes = 1,
    FifteenMinutes = 2,
    ThirtyMinutes = 3,
    OneHour = 4,
    TwoHours = 5,
    FourHours = 6,
    Daily = 7,
}

/// <summary>Names and lengths of the timeframes, as they stand in paths, requests and answers.</summary>
public static class Timeframes
{
    private static readonly string[] NameByValue = ["1min", "5min", "15min", "30min", "1h", "2h", "4h", "daily"];
    private static readonly int[] MinutesByValue = [1, 5, 15, 30, 60, 120, 240, 1440];

    /// <summary>All timeframes, shortest first.</summary>
    public static IReadOnlyList<Timeframe> All { get; } = Enum.GetValues<Timeframe>();

    /// <summary>The eight names, shortest first: <c>1min</c>, <c>5min</c>, <c>15min</c>, <c>30min</c>, <c>1h</c>, <c>2h</c>, <c>4h</c>, <c>daily</c>.</summary>
    public static IReadOnlyList<string> Names => NameByValue;

    /// <summary>The name of a timeframe.</summary>
    public static string Name(this Timeframe timeframe) => NameByValue[(int)timeframe];

    /// <summary>Length in minutes; 1440 for <see cref="Timeframe.Daily"/>, whose candles really end with their session.</summary>
    public static int Minutes(this Timeframe timeframe) => MinutesByValue[(int)timeframe];

    /// <summary>Finds a timeframe by exactly its name.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="timeframe">The timeframe.</param>
    /// <param name="problem">What is wrong, fit to be shown to a client; it lists the valid names (OHLCV-027).</param>
    public static bool TryParse(string? name, out Timeframe timeframe, [NotNullWhen(false)] out string? problem)
    {
        var found = Array.IndexOf(NameByValue, name);
        timeframe = found < 0 ? Timeframe.OneMinute : (Timeframe)found;
        problem = found < 0 ? $"'{name}' is no timeframe; valid are {string.Join(", ", NameByValue)}" : null;
        return problem is null;
    }
}

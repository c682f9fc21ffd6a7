namespace Trading.MarketData.Sources;

/// <summary>Names one series of one-minute bars.</summary>
/// <param name="Symbol">As <see cref="Instruments.SymbolName"/> demands.</param>
/// <param name="Provider">One of <see cref="DataProviders.Known"/>.</param>
/// <param name="DataVersion"><c>adjusted</c> (default), <c>split</c> or <c>raw</c>.</param>
public readonly record struct BarSeriesKey(string Symbol, string Provider, string DataVersion = DataVersions.Adjusted);

/// <summary>What a source holds of one series.</summary>
/// <param name="Key">Symbol, provider and data version.</param>
/// <param name="Source">Where the bars come from: <c>csv</c>, or <c>synthetic</c> for invented prices.</param>
/// <param name="Bars">Number of bars.</param>
/// <param name="FirstBar">Open time of the first bar in microseconds since 1970-01-01Z; null without bars.</param>
/// <param name="LastBar">Open time of the last bar in microseconds since 1970-01-01Z; null without bars.</param>
/// <param name="Problem">Why the stored data cannot be read; null when nothing is known to be wrong. Only loading checks every row.</param>
public sealed record AvailableSeries(BarSeriesKey Key, string Source, long Bars, long? FirstBar, long? LastBar, string? Problem = null);

/// <summary>The values of <c>data_version</c> (SIM-O10).</summary>
public static class DataVersions
{
    /// <summary>Adjusted for splits and cash dividends; of a file that came adjusted, whatever its maker adjusted for.</summary>
    public const string Adjusted = "adjusted";

    /// <summary>Adjusted for splits only.</summary>
    public const string Split = "split";

    /// <summary>As traded.</summary>
    public const string Raw = "raw";
}

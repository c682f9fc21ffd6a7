namespace Trading.MarketData.Store;

/// <summary>How certain the candles of a partition are.</summary>
public enum Finality : byte
{
    /// <summary>The provider may still correct them: fetched before the trading day was over.</summary>
    Provisional = 0,

    /// <summary>Fetched or imported after the trading day was over.</summary>
    Final = 1,
}

/// <summary>Where the candles of one file come from; kept in the file's key-value metadata (OHLCV-013, OHLCV-O03).</summary>
/// <param name="Provider">Whose data product it is: <c>polygon</c>, <c>financial_modeling_prep</c>, <c>tiingo</c>, <c>alpaca</c>, or what an import named (default <c>import</c>).</param>
/// <param name="Source">How it came: <c>vendor_history</c>, <c>live_recon</c>, <c>replay</c>, <c>synthetic</c>, or for imports <c>csv</c>, <c>lean</c>, <c>parquet</c>.</param>
/// <param name="DataVersion"><c>raw</c>: as traded. <c>split</c> or <c>adjusted</c>: the provider or the imported file had them adjusted already, and the raw prices are not known.</param>
/// <param name="Finality">Whether the day was over.</param>
/// <param name="FetchedAt">When the data were asked for, in microseconds since 1970-01-01Z. All partitions of one update have the same.</param>
/// <param name="ConfirmedEmpty">Gaps that the provider confirmed to hold no trade (OHLCV-121): start and end pairs, microseconds since 1970-01-01Z, sorted; empty for none.</param>
public sealed record PartitionInfo(
    string Provider,
    string Source,
    string DataVersion,
    Finality Finality,
    long FetchedAt,
    IReadOnlyList<TimeSpanMicros> ConfirmedEmpty)
{
    /// <summary>SHA-256 over the candles: time, open, high, low, close, volume of each as little-endian 64-bit integers; 64 lower-case hex digits. Empty until written.</summary>
    public string Fingerprint { get; init; } = "";
}

/// <summary>A stretch of time [Start, End) in microseconds since 1970-01-01Z.</summary>
public readonly record struct TimeSpanMicros(long Start, long End);

namespace Trading.MarketData.Validation;

/// <summary>A run of missing minutes [Start, End) within a regular session, in microseconds since 1970-01-01Z.</summary>
/// <param name="Start">First missing minute.</param>
/// <param name="End">First instant after the last missing minute.</param>
/// <param name="IsConfirmedEmpty">The provider confirmed that nothing traded; still missing, but not worth asking for again (OHLCV-121, OHLCV-O11).</param>
public readonly record struct MinuteGap(long Start, long End, bool IsConfirmedEmpty)
{
    /// <summary>How many minutes are missing.</summary>
    public int MissingCandles => (int)((End - Start) / 60_000_000);
}

/// <summary>How complete the one-minute candles of one date are (section 10).</summary>
/// <param name="Date">The date.</param>
/// <param name="IsTradingDay">Whether the market is open on it.</param>
/// <param name="IsHalfDay">Whether the exchange closes early.</param>
/// <param name="ExpectedCandles">Minutes of the regular session; 0 when it is no trading day.</param>
/// <param name="ActualCandles">Minutes of the regular session that have a candle.</param>
/// <param name="ExtraCandles">Candles outside the regular session: extended hours, or the whole of a date that is no trading day.</param>
/// <param name="Gaps">Runs of missing minutes, in order; split where confirmed and unconfirmed stretches meet.</param>
public sealed record DayValidation(
    DateOnly Date,
    bool IsTradingDay,
    bool IsHalfDay,
    int ExpectedCandles,
    int ActualCandles,
    int ExtraCandles,
    IReadOnlyList<MinuteGap> Gaps)
{
    public int MissingCandles => ExpectedCandles - ActualCandles;

    /// <summary>Missing minutes of which the provider has confirmed that they hold no trade.</summary>
    public int ConfirmedEmptyCandles => Gaps.Where(gap => gap.IsConfirmedEmpty).Sum(gap => gap.MissingCandles);

    /// <summary>A trading day of which no minute is missing (OHLCV-096).</summary>
    public bool IsValid => IsTradingDay && MissingCandles == 0;

    /// <summary>What is wrong beyond missing minutes; null when nothing is: candles on a day that is no trading day (OHLCV-097).</summary>
    public string? DataError => IsTradingDay || ExtraCandles == 0
        ? null
        : $"{Date:yyyy-MM-dd} is no trading day, but has {ExtraCandles} candle{(ExtraCandles == 1 ? "" : "s")}";
}

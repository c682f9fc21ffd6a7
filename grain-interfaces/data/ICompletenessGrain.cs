namespace Trading.GrainInterfaces.Data;

/// <summary>Analyses the completeness of stored one-minute data and fills gaps (sections 11 and 12 of the data manager); key = a fresh id per request.</summary>
[Alias("trading.completeness")]
public interface ICompletenessGrain : IGrainWithStringKey
{
    /// <summary>Begins the analysis; a second call with the same key is the same analysis. Answers at once with a problem when the request is wrong.</summary>
    [Alias("start")]
    [ResponseTimeout("00:00:30")]
    Task<DataProblem?> Start(CompletenessRequest request, CancellationToken cancellationToken);

    /// <summary>The result, or null while it is not finished. Waits up to ten seconds for it, so that callers may simply ask again.</summary>
    [Alias("result")]
    [ResponseTimeout("00:00:30")]
    Task<CompletenessAnswer?> GetResult(CancellationToken cancellationToken);
}

/// <param name="Symbols">As asked for, any form.</param>
/// <param name="StartDate">Days since 1970-01-01.</param>
/// <param name="EndDate">Inclusive.</param>
/// <param name="IncludeDetails">Whether days are listed.</param>
/// <param name="AutoFillGaps">Whether gaps are fetched.</param>
/// <param name="MaxGapFillAttempts">Attempts per gap, 1 to 100.</param>
[GenerateSerializer, Immutable, Alias("trading.completeness-request")]
public sealed record CompletenessRequest(
    [property: Id(0)] IReadOnlyList<string> Symbols,
    [property: Id(1)] int StartDate,
    [property: Id(2)] int EndDate,
    [property: Id(3)] bool IncludeDetails,
    [property: Id(4)] bool AutoFillGaps,
    [property: Id(5)] int MaxGapFillAttempts);

/// <param name="Problem">Why the analysis could not be finished; null when it was.</param>
/// <param name="Symbols">In the order of the request, without repeats.</param>
/// <param name="NeedingAttention">Symbols strictly below 95 %.</param>
/// <param name="Recommendations">For people.</param>
[GenerateSerializer, Immutable, Alias("trading.completeness-answer")]
public sealed record CompletenessAnswer(
    [property: Id(0)] DataProblem? Problem,
    [property: Id(1)] IReadOnlyList<SymbolCompleteness> Symbols,
    [property: Id(2)] IReadOnlyList<string> NeedingAttention,
    [property: Id(3)] IReadOnlyList<string> Recommendations);

/// <summary>The figures are sums over the period's trading days; percentages are made from them at the edge.</summary>
[GenerateSerializer, Immutable, Alias("trading.symbol-completeness")]
public sealed record SymbolCompleteness(
    [property: Id(0)] string Symbol,
    [property: Id(1)] int TotalTradingDays,
    [property: Id(2)] int ValidDays,
    [property: Id(3)] long ExpectedCandles,
    [property: Id(4)] long ActualCandles,
    [property: Id(5)] IReadOnlyList<DayCompleteness> Days,
    [property: Id(6)] GapFill? GapFill,
    [property: Id(7)] IReadOnlyList<string> DataErrors);

/// <param name="Date">Days since 1970-01-01.</param>
[GenerateSerializer, Immutable, Alias("trading.day-completeness")]
public sealed record DayCompleteness(
    [property: Id(0)] int Date,
    [property: Id(1)] bool IsValid,
    [property: Id(2)] bool IsHalfDay,
    [property: Id(3)] int ExpectedCandles,
    [property: Id(4)] int ActualCandles,
    [property: Id(5)] IReadOnlyList<DayGap> Gaps);

/// <summary>A run of missing minutes [Start, End), microseconds since 1970-01-01Z.</summary>
/// <param name="Request">The provider request that would fetch it, without key; null when no provider is configured.</param>
[GenerateSerializer, Immutable, Alias("trading.day-gap")]
public sealed record DayGap([property: Id(0)] long Start, [property: Id(1)] long End, [property: Id(2)] int MissingCandles, [property: Id(3)] string? Request);

/// <summary>What filling did (OHLCV-120).</summary>
[GenerateSerializer, Immutable, Alias("trading.gap-fill")]
public sealed record GapFill(
    [property: Id(0)] int GapsFound,
    [property: Id(1)] int GapsFilled,
    [property: Id(2)] int Attempts,
    [property: Id(3)] long CandlesMissing,
    [property: Id(4)] long CandlesFilled);

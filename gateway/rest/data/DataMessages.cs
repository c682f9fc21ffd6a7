using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trading.Gateway.Rest.Data;

/// <summary>One candle (OHLCV section 4).</summary>
/// <param name="Date">Start of its interval; for daily US equities the session open.</param>
public sealed record PriceCandle(WireInstant Date, WirePrice Open, WirePrice High, WirePrice Low, WirePrice Close, WireVolume Volume);

/// <summary>A page of stored candles (OHLCV section 7.1).</summary>
/// <param name="Symbol">As asked for.</param>
/// <param name="StartDate">Start of the earliest candle found, over all pages; null when there is none.</param>
/// <param name="EndDate">End of the latest candle found, over all pages; null when there is none.</param>
public sealed record CandlePageMessage(string Symbol, string Timeframe, IReadOnlyList<PriceCandle> Candles, WireInstant? StartDate, WireInstant? EndDate, PaginationMessage Pagination);

/// <summary>Where a page stands.</summary>
public sealed record PaginationMessage(int Page, int PageSize, long TotalItems, long TotalPages, bool HasNext, bool HasPrevious);

/// <summary>The body of <c>POST /data-analysis/completeness</c>, for the description only: requests are read by <see cref="BodyReader"/>.</summary>
public sealed record CompletenessBody(IReadOnlyList<string> Symbols, WireDate StartDate, WireDate EndDate, bool IncludeDetails = true, bool AutoFillGaps = false, int MaxGapFillAttempts = 3);

/// <summary>Answer of <c>POST /data-analysis/completeness</c> (OHLCV section 11).</summary>
public sealed record CompletenessMessage(
    PeriodMessage AnalysisPeriod,
    IReadOnlyDictionary<string, SymbolCompletenessMessage> SymbolCompleteness,
    OverallMessage OverallStatistics,
    IReadOnlyList<string> SymbolsNeedingAttention,
    IReadOnlyList<string> Recommendations);

public sealed record PeriodMessage(WireDate StartDate, WireDate EndDate);

/// <summary>The completeness of one symbol.</summary>
/// <param name="GapFill">What filling did; only with <c>auto_fill_gaps</c>.</param>
/// <param name="DataErrors">Candles that should not be there, e.g. on days without trading; only when there are any.</param>
public sealed record SymbolCompletenessMessage(
    int TotalTradingDays,
    int ValidDays,
    int InvalidDays,
    WirePercent CompletenessPercentage,
    long TotalExpectedCandles,
    long TotalActualCandles,
    long MissingCandles,
    IReadOnlyList<DayMessage> ValidationResults,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] GapFillMessage? GapFill,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? DataErrors);

public sealed record DayMessage(WireDate Date, bool IsValid, bool IsHalfDay, int ExpectedCandles, int ActualCandles, int MissingCandles, IReadOnlyList<GapMessage> Gaps);

/// <summary>A run of missing minutes.</summary>
/// <param name="End">First instant after it.</param>
/// <param name="Request">The provider request that would fetch it, without key; only when a provider is configured.</param>
public sealed record GapMessage(WireInstant Start, WireInstant End, int MissingCandles, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Request);

/// <summary>What filling did (OHLCV-120).</summary>
/// <param name="SuccessRate">Gaps filled of gaps found, in percent.</param>
public sealed record GapFillMessage(int GapsFound, int GapsFilled, int Attempts, WirePercent SuccessRate, long CandlesMissing, long CandlesFilled);

/// <summary>Sums over all symbols.</summary>
public sealed record OverallMessage(
    int TotalSymbols,
    long TotalTradingDays,
    long TotalValidDays,
    WirePercent OverallCompletenessPercentage,
    long TotalExpectedCandles,
    long TotalActualCandles,
    long TotalMissingCandles);

/// <summary>The body of <c>POST /nightly-update/start</c>, for the description only: requests are read by <see cref="BodyReader"/>.</summary>
public sealed record UpdateStartBody(IReadOnlyList<string>? Symbols, WireDate? StartDate, WireDate? EndDate, bool ForceValidation = true, bool EnableResampling = true, int MaxConcurrentSymbols = 5);

/// <summary>Answer of <c>POST /nightly-update/start</c> (OHLCV section 14.1).</summary>
public sealed record UpdateStartedMessage(string RequestId, string Status, string Message);

/// <summary>Answer of <c>GET /nightly-update/status/{request_id}</c> (OHLCV section 14.2).</summary>
public sealed record UpdateStatusMessage(string RequestId, string Status, WireInstant StartedAt, int SymbolsCount, bool IsComplete, UpdateProgressMessage Progress);

public sealed record UpdateProgressMessage(
    int TotalSymbols,
    int CompletedSymbols,
    string? CurrentSymbol,
    string CurrentStep,
    WirePercent ProgressPercentage,
    int? EstimatedTimeRemainingSeconds,
    IReadOnlyList<string> SymbolsInProgress);

/// <summary>Answer of <c>GET /nightly-update/status/{request_id}/progress</c> (OHLCV section 14.3).</summary>
public sealed record SymbolsProgressMessage(string RequestId, IReadOnlyList<SymbolProgressMessage> Symbols);

public sealed record SymbolProgressMessage(string Symbol, string Status, string CurrentStep, WirePercent ProgressPercentage, WireInstant? StartedAt, WireInstant? FinishedAt, string? Error);

/// <summary>Answer of <c>GET /nightly-update/status/{request_id}/details</c> (OHLCV section 14.4).</summary>
public sealed record UpdateDetailsMessage(
    string RequestId,
    string Status,
    WireInstant StartedAt,
    WireInstant? CompletedAt,
    UpdateSummaryMessage Summary,
    IReadOnlyDictionary<string, SymbolResultMessage> SymbolResults,
    IReadOnlyList<string> Recommendations);

public sealed record UpdateSummaryMessage(int TotalSymbols, int SuccessfulSymbols, int FailedSymbols, long CandlesDownloaded, long CandlesResampled);

/// <summary>The result of one symbol.</summary>
/// <param name="CompletenessPercentage">After the run; absent when it is not known.</param>
/// <param name="Error">Why it failed; absent when it did not.</param>
public sealed record SymbolResultMessage(
    bool Success,
    long CandlesDownloaded,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WirePercent? CompletenessPercentage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

/// <summary>Entry of <c>GET /nightly-update/active</c> (OHLCV section 14.5).</summary>
public sealed record ActiveUpdateMessage(string RequestId, string Status, WireInstant StartedAt, int SymbolsCount, WirePercent ProgressPercentage);

/// <summary>The body of every error (OHLCV-O05, SIM-032).</summary>
/// <param name="Context">For errors about a field: <c>field</c>, <c>value</c>, <c>rule</c>.</param>
public sealed record ErrorMessage(string ErrorCode, string Message, string ErrorType, string Severity, bool Recoverable, long? RetryAfterMs, IReadOnlyDictionary<string, string> Context);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(CandlePageMessage))]
[JsonSerializable(typeof(CompletenessBody))]
[JsonSerializable(typeof(CompletenessMessage))]
[JsonSerializable(typeof(UpdateStartBody))]
[JsonSerializable(typeof(UpdateStartedMessage))]
[JsonSerializable(typeof(UpdateStatusMessage))]
[JsonSerializable(typeof(SymbolsProgressMessage))]
[JsonSerializable(typeof(UpdateDetailsMessage))]
[JsonSerializable(typeof(IReadOnlyList<ActiveUpdateMessage>))]
[JsonSerializable(typeof(ErrorMessage))]
internal sealed partial class DataJson : JsonSerializerContext
{
    /// <summary>For answers: they are JSON and nothing else, so only what JSON itself needs is escaped.</summary>
    internal static DataJson Answers { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

namespace Trading.GrainInterfaces.Data;

/// <summary>The update requests of the cluster: starts them, lists them, starts the nightly one; key = 0.</summary>
[Alias("trading.data-updates")]
public interface IDataUpdatesGrain : IGrainWithIntegerKey
{
    /// <summary>Starts an update in the background and answers at once (OHLCV-134).</summary>
    [Alias("start")]
    [ResponseTimeout("00:00:30")]
    Task<UpdateStarted> Start(UpdateRequest request, CancellationToken cancellationToken);

    /// <summary>All running updates, oldest first (OHLCV-156, OHLCV-157).</summary>
    [Alias("active")]
    [ResponseTimeout("00:00:30")]
    Task<IReadOnlyList<ActiveUpdate>> GetActive(CancellationToken cancellationToken);

    /// <summary>Sees to it that the nightly schedule is in force as the settings say. Every silo calls it at its start.</summary>
    [Alias("schedule")]
    [ResponseTimeout("00:00:30")]
    Task EnsureSchedule(CancellationToken cancellationToken);
}

/// <summary>One update request; key = its id, a UUID. Null everywhere: there is no such request (OHLCV-149).</summary>
[Alias("trading.data-update")]
public interface IDataUpdateGrain : IGrainWithStringKey
{
    /// <summary>Begins; called once by <see cref="IDataUpdatesGrain"/>, repeated calls change nothing.</summary>
    [Alias("begin")]
    [ResponseTimeout("00:00:30")]
    Task Begin(UpdateRequest request, CancellationToken cancellationToken);

    [Alias("status")]
    [ResponseTimeout("00:00:30")]
    Task<UpdateStatus?> GetStatus(CancellationToken cancellationToken);

    [Alias("progress")]
    [ResponseTimeout("00:00:30")]
    Task<IReadOnlyList<SymbolProgress>?> GetProgress(CancellationToken cancellationToken);

    /// <summary>The results; <see cref="UpdateDetails.IsComplete"/> says whether they are whole (OHLCV-154).</summary>
    [Alias("details")]
    [ResponseTimeout("00:00:30")]
    Task<UpdateDetails?> GetDetails(CancellationToken cancellationToken);

    /// <summary>Ends the update before its time; what is stored stays.</summary>
    [Alias("cancel")]
    [ResponseTimeout("00:00:30")]
    Task<bool> Cancel(CancellationToken cancellationToken);
}

/// <summary>As in section 14.1; null where the request says nothing.</summary>
[GenerateSerializer, Immutable, Alias("trading.update-request")]
public sealed record UpdateRequest(
    [property: Id(0)] IReadOnlyList<string>? Symbols,
    [property: Id(1)] int? StartDate,
    [property: Id(2)] int? EndDate,
    [property: Id(3)] bool ForceValidation = true,
    [property: Id(4)] bool? EnableResampling = null,
    [property: Id(5)] int? MaxConcurrentSymbols = null);

/// <param name="Problem">Why it was not started; null when it was.</param>
[GenerateSerializer, Immutable, Alias("trading.update-started")]
public sealed record UpdateStarted([property: Id(0)] DataProblem? Problem, [property: Id(1)] string RequestId, [property: Id(2)] int SymbolCount);

/// <summary>State of a run; the names on the wire are <c>started</c>, <c>in_progress</c>, <c>completed</c>, <c>completed_with_errors</c>, <c>failed</c> (OHLCV-D16).</summary>
public enum UpdateState : byte
{
    Started = 0,
    InProgress = 1,
    Completed = 2,
    CompletedWithErrors = 3,
    Failed = 4,
}

/// <summary>The phase in work; on the wire <c>Validating existing data</c>, <c>Downloading 1-minute data</c>, <c>Resampling</c>, <c>Reporting</c> (OHLCV-148).</summary>
public enum UpdatePhase : byte
{
    Waiting = 0,
    Validating = 1,
    Downloading = 2,
    Resampling = 3,
    Reporting = 4,
}

/// <summary>State of one symbol; on the wire <c>waiting</c>, <c>in_progress</c>, <c>completed</c>, <c>failed</c>.</summary>
public enum SymbolUpdateState : byte
{
    Waiting = 0,
    InProgress = 1,
    Completed = 2,
    Failed = 3,
}

/// <param name="StartedAt">Microseconds since 1970-01-01Z.</param>
/// <param name="ProgressPercent">Completed over total symbols times 100, one decimal place; never falls (OHLCV-143, OHLCV-144).</param>
/// <param name="EstimatedSecondsRemaining">Null while there is nothing to estimate from.</param>
[GenerateSerializer, Immutable, Alias("trading.update-status")]
public sealed record UpdateStatus(
    [property: Id(0)] string RequestId,
    [property: Id(1)] UpdateState State,
    [property: Id(2)] long StartedAt,
    [property: Id(3)] int TotalSymbols,
    [property: Id(4)] int CompletedSymbols,
    [property: Id(5)] string? CurrentSymbol,
    [property: Id(6)] UpdatePhase CurrentPhase,
    [property: Id(7)] decimal ProgressPercent,
    [property: Id(8)] int? EstimatedSecondsRemaining,
    [property: Id(9)] IReadOnlyList<string> SymbolsInProgress);

[GenerateSerializer, Immutable, Alias("trading.symbol-progress")]
public sealed record SymbolProgress(
    [property: Id(0)] string Symbol,
    [property: Id(1)] SymbolUpdateState State,
    [property: Id(2)] UpdatePhase Phase,
    [property: Id(3)] decimal ProgressPercent,
    [property: Id(4)] long? StartedAt,
    [property: Id(5)] long? FinishedAt,
    [property: Id(6)] string? Error);

/// <param name="CompletedAt">Microseconds since 1970-01-01Z; null while it runs.</param>
[GenerateSerializer, Immutable, Alias("trading.update-details")]
public sealed record UpdateDetails(
    [property: Id(0)] string RequestId,
    [property: Id(1)] UpdateState State,
    [property: Id(2)] bool IsComplete,
    [property: Id(3)] long StartedAt,
    [property: Id(4)] long? CompletedAt,
    [property: Id(5)] IReadOnlyList<SymbolResult> Symbols,
    [property: Id(6)] IReadOnlyList<string> Recommendations);

/// <param name="CandlesDownloaded">One-minute candles taken from providers.</param>
/// <param name="CandlesResampled">Longer candles written.</param>
/// <param name="CompletenessPercent">After the run, one decimal place; null when it is not known.</param>
[GenerateSerializer, Immutable, Alias("trading.symbol-result")]
public sealed record SymbolResult(
    [property: Id(0)] string Symbol,
    [property: Id(1)] bool Success,
    [property: Id(2)] long CandlesDownloaded,
    [property: Id(3)] long CandlesResampled,
    [property: Id(4)] decimal? CompletenessPercent,
    [property: Id(5)] string? Error);

[GenerateSerializer, Immutable, Alias("trading.active-update")]
public sealed record ActiveUpdate(
    [property: Id(0)] string RequestId,
    [property: Id(1)] UpdateState State,
    [property: Id(2)] long StartedAt,
    [property: Id(3)] int SymbolCount,
    [property: Id(4)] decimal ProgressPercent);

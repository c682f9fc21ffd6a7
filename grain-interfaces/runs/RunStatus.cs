namespace Trading.GrainInterfaces.Runs;

/// <summary>On the wire the names in lower case.</summary>
public enum RunState : byte
{
    /// <summary>Nobody works on it yet.</summary>
    Queued = 0,

    Running = 1,

    /// <summary>Every set has a result, or failed.</summary>
    Completed = 2,

    Cancelled = 3,

    /// <summary>It cannot be computed; <see cref="RunStatus.Error"/> says why.</summary>
    Failed = 4,
}

/// <summary>Why a run ended without all its results.</summary>
/// <param name="Code">For machines, e.g. <c>NO_DATA_FOR_SYMBOL</c>.</param>
/// <param name="Message">For people.</param>
[GenerateSerializer, Immutable, Alias("trading.run-error")]
public sealed record RunError([property: Id(0)] string Code, [property: Id(1)] string Message);

/// <summary>How a run stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="CreatedAt">Microseconds since 1970-01-01Z, as all instants here.</param>
/// <param name="StartedAt">When its bars were first read; null before.</param>
/// <param name="EndedAt">Null before the end.</param>
/// <param name="Sets">Parameter sets to compute.</param>
/// <param name="Done">Sets with a result; what is counted here is stored.</param>
/// <param name="Failed">Sets that could not be computed.</param>
/// <param name="Skipped">Combinations of the grid whose slow average is not above the fast one; no part of <paramref name="Sets"/>.</param>
/// <param name="TicksDone">Ticks executed for these sets and for those in work.</param>
/// <param name="TicksTotal">Ticks of all sets; null before the bars were read.</param>
/// <param name="Best">The set with the highest final equity so far, the first one of several; null without a result.</param>
/// <param name="Hash">SHA-256 over the result hashes of all sets, 64 lower-case hex digits; null until every set is done or failed.</param>
/// <param name="Error">Null unless the state is failed.</param>
[GenerateSerializer, Immutable, Alias("trading.run-status")]
public sealed record RunStatus(
    [property: Id(0)] string Id,
    [property: Id(1)] RunRequest Request,
    [property: Id(2)] RunState State,
    [property: Id(3)] long CreatedAt,
    [property: Id(4)] long? StartedAt,
    [property: Id(5)] long? EndedAt,
    [property: Id(6)] int Sets,
    [property: Id(7)] int Done,
    [property: Id(8)] int Failed,
    [property: Id(9)] int Skipped,
    [property: Id(10)] long TicksDone,
    [property: Id(11)] long? TicksTotal,
    [property: Id(12)] SetResult? Best,
    [property: Id(13)] string? Hash,
    [property: Id(14)] RunError? Error);

/// <summary>Why a request about runs was refused; decides the HTTP status.</summary>
public enum RunProblemKind : byte
{
    /// <summary>The request breaks a rule: 422.</summary>
    Invalid = 1,

    /// <summary>The same key was used for another request: 409.</summary>
    Conflict = 2,

    /// <summary>A limit of the user is reached: 429.</summary>
    Limit = 3,

    /// <summary>Not now: 503.</summary>
    Unavailable = 4,
}

/// <summary>A refusal as a value.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Code">Error code for machines.</param>
/// <param name="Message">For people: what was wrong, and what would be right.</param>
/// <param name="Field">The request's field; null when it is none in particular.</param>
[GenerateSerializer, Immutable, Alias("trading.run-problem")]
public sealed record RunProblem([property: Id(0)] RunProblemKind Kind, [property: Id(1)] string Code, [property: Id(2)] string Message, [property: Id(3)] string? Field = null);

/// <param name="Problem">Why there is no such run; null when there is.</param>
/// <param name="Status">How it stands; null with a problem.</param>
/// <param name="IsNew">False when an earlier call had begun it.</param>
[GenerateSerializer, Immutable, Alias("trading.run-started")]
public sealed record RunStarted([property: Id(0)] RunProblem? Problem, [property: Id(1)] RunStatus? Status, [property: Id(2)] bool IsNew);

namespace Trading.GrainInterfaces.Data;

/// <summary>Why a data request was refused; decides the HTTP status.</summary>
public enum DataProblemKind : byte
{
    /// <summary>The request is malformed: 422.</summary>
    Invalid = 1,

    /// <summary>There is no such thing: 404.</summary>
    NotFound = 2,

    /// <summary>Not now: 409.</summary>
    Conflict = 3,

    /// <summary>The store or a provider cannot do it: 503.</summary>
    Unavailable = 4,
}

/// <summary>A refusal as a value.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Code">Error code for machines, e.g. <c>INVALID_TIMEFRAME</c>, <c>UNKNOWN_SYMBOL</c>.</param>
/// <param name="Message">For people: what was wrong, where, and what would be right.</param>
/// <param name="Field">The request's field; null when it is none in particular.</param>
[GenerateSerializer, Immutable, Alias("trading.data-problem")]
public sealed record DataProblem([property: Id(0)] DataProblemKind Kind, [property: Id(1)] string Code, [property: Id(2)] string Message, [property: Id(3)] string? Field = null);

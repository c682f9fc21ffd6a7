using Trading.GrainInterfaces.Sessions;

namespace Trading.GrainInterfaces.Runs;

/// <summary>The bars of a run as the first worker read them. Whoever computes a set of the run uses these and no others, whatever has changed in the store meanwhile.</summary>
/// <param name="Loaded">One per symbol with bars; the position is the engine's symbol number.</param>
/// <param name="Fingerprints">SHA-256 over the bars used, one per loaded symbol.</param>
/// <param name="Sources">Where they come from, one per loaded symbol.</param>
/// <param name="ReadAt">When they were so, microseconds since 1970-01-01Z.</param>
/// <param name="Ticks">Ticks of one set.</param>
[GenerateSerializer, Immutable, Alias("trading.run-data")]
public sealed record RunData(
    [property: Id(0)] IReadOnlyList<SymbolRange> Loaded,
    [property: Id(1)] IReadOnlyList<string> Fingerprints,
    [property: Id(2)] IReadOnlyList<string> Sources,
    [property: Id(3)] long ReadAt,
    [property: Id(4)] int Ticks)
{
    /// <summary>Equal for equal bars.</summary>
    public string Fingerprint() => string.Join('|', Fingerprints);
}

/// <summary>What a worker tells a run, and asks of it. One per process and run is under way at a time, so it says everything the worker has of the run.</summary>
[GenerateSerializer, Immutable, Alias("trading.work-report")]
public sealed record WorkReport
{
    /// <summary>Names the process; another one after each start.</summary>
    [Id(0)] public required string Worker { get; init; }

    /// <summary>Sets that it computes at a time.</summary>
    [Id(1)] public int Threads { get; init; }

    /// <summary>It has the request already.</summary>
    [Id(2)] public bool KnowsRequest { get; init; }

    /// <summary>Numbers of the sets that it has, results that this report brings included.</summary>
    [Id(3)] public required IReadOnlyList<int> InWork { get; init; }

    /// <summary>Ticks executed of sets that are not finished.</summary>
    [Id(4)] public long TicksInWork { get; init; }

    /// <summary>Finished sets; they are stored when the call returns.</summary>
    [Id(5)] public required IReadOnlyList<SetResult> Results { get; init; }

    /// <summary>The engine's report of a backtest, JSON; with its result.</summary>
    [Id(6)] public string? Report { get; init; }

    /// <summary>The bars it has read; null before.</summary>
    [Id(7)] public RunData? Data { get; init; }

    /// <summary>Why it cannot read the bars.</summary>
    [Id(8)] public RunError? Problem { get; init; }

    /// <summary>The problem may pass: somebody may try again.</summary>
    [Id(9)] public bool MayPass { get; init; }

    /// <summary>It stops and gives back what it has.</summary>
    [Id(10)] public bool IsLeaving { get; init; }
}

/// <summary>What a worker is to do.</summary>
[GenerateSerializer, Immutable, Alias("trading.work-orders")]
public sealed record WorkOrders
{
    /// <summary>Nothing any more: the run is over. What the worker still has of it is of no use.</summary>
    [Id(0)] public bool IsOver { get; init; }

    /// <summary>There is no such run.</summary>
    [Id(1)] public bool IsUnknown { get; init; }

    /// <summary>Null when the worker has it, or gets no sets.</summary>
    [Id(2)] public RunRequest? Request { get; init; }

    /// <summary>The bars to use; null while nobody has read them.</summary>
    [Id(3)] public RunData? Data { get; init; }

    /// <summary>Sets to compute besides those it has.</summary>
    [Id(4)] public required IReadOnlyList<ParameterSet> Sets { get; init; }
}

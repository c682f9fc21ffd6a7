using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>A run as it is stored: when it begins, when its bars are known, and when it ends.</summary>
[GenerateSerializer, Alias("trading.run-document")]
public sealed class RunDocument
{
    /// <summary>Null when there is no run.</summary>
    [Id(0)] public RunRecord? Record { get; set; }
}

/// <summary>Everything about a run but its results.</summary>
[GenerateSerializer, Immutable, Alias("trading.run-record")]
public sealed record RunRecord
{
    [Id(0)] public required RunRequest Request { get; init; }

    /// <summary>Tells two requests under one id apart.</summary>
    [Id(1)] public required string RequestHash { get; init; }

    /// <summary>Microseconds since 1970-01-01Z.</summary>
    [Id(2)] public long CreatedAt { get; init; }

    [Id(3)] public long? StartedAt { get; init; }

    [Id(4)] public long? EndedAt { get; init; }

    [Id(5)] public RunState State { get; init; }

    /// <summary>The bars; null before the first worker has read them.</summary>
    [Id(6)] public RunData? Data { get; init; }

    /// <summary>At the end; before it the stored results say it. The same for what follows.</summary>
    [Id(7)] public int Done { get; init; }

    [Id(8)] public int Failed { get; init; }

    [Id(9)] public SetResult? Best { get; init; }

    [Id(10)] public string? Hash { get; init; }

    [Id(11)] public RunError? Error { get; init; }

    /// <summary>After the end: its use is metered, and it is in the queue no more.</summary>
    [Id(12)] public bool IsSettled { get; init; }

    public bool IsOver() => State is RunState.Completed or RunState.Cancelled or RunState.Failed;
}

namespace Trading.Storage.ReadModels;

/// <summary>A run as the table <c>runs</c> shows it. Tenant, session and version come from the journal.</summary>
public sealed record RunRow
{
    public required RunState State { get; init; }

    /// <summary>Null while the run is not over.</summary>
    public RunEnd? EndedBy { get; init; }

    /// <summary>Loaded symbols, in the order of the request.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    public required string DataProvider { get; init; }

    public required string DataVersion { get; init; }

    /// <summary>10⁻¹⁶.</summary>
    public required Int128 InitialCash { get; init; }

    /// <summary>Real time, as the other instants here but <see cref="SimTime"/>.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the newest record was written.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Simulated time of the account, microseconds UTC.</summary>
    public required long SimTime { get; init; }

    /// <summary>Completed ticks.</summary>
    public required int Tick { get; init; }

    /// <summary>Ticks of the whole run.</summary>
    public required int Ticks { get; init; }

    /// <summary>Orders that the session ever saw.</summary>
    public required int Orders { get; init; }

    /// <summary>Fills so far: the number of the last execution.</summary>
    public required int Fills { get; init; }

    /// <summary>Of a completed run.</summary>
    public string? ResultHash { get; init; }

    /// <summary>
    /// Number of the piece of the run that <see cref="Tick"/> is in: it is cut into at most <see cref="Points"/> pieces of equal length, and one more for its
    /// end. Each has one row of the table <c>portfolio_snapshots</c>, the account as of the last append in it.
    /// </summary>
    public int Point => Tick / Math.Max(1, (Ticks + Points - 1) / Points);

    /// <summary>Most pieces of a run.</summary>
    public const int Points = 1000;
}

/// <summary>States that a session shows to its client.</summary>
public enum RunState
{
    Ready = 1,
    Running = 2,

    /// <summary>By the client's wish, or because nobody is connected.</summary>
    Paused = 3,
    Completed = 4,

    /// <summary>Over without a result.</summary>
    Error = 5,
}

/// <summary>Why a run is over.</summary>
public enum RunEnd
{
    Completed = 1,
    Failed = 2,
    MaxDuration = 3,
    Discarded = 4,

    /// <summary>Nobody resumed the session in time.</summary>
    Expired = 5,
}

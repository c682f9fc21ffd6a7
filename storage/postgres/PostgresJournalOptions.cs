namespace Trading.Storage.Postgres;

/// <summary>Settings of the journal in PostgreSQL.</summary>
public sealed record PostgresJournalOptions
{
    /// <summary>Commits in flight at a time, 1 to 16. While they run the next appends gather: that is the group commit.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Most appends in one commit, 1 to 4,096.</summary>
    public int MaxAppendsPerCommit { get; init; } = 512;

    /// <summary>Most payload bytes in one commit; a single larger append travels alone.</summary>
    public int MaxBytesPerCommit { get; init; } = 8 << 20;

    /// <summary>Writes what an append changes of the read models in its transaction; off: the tables stay empty.</summary>
    public bool ReadModels { get; init; } = true;

    /// <summary>How long a statement may take before it is given up, above 0.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a caller waits for the outcome of a commit whose answer was lost, before it is told that nobody knows.</summary>
    public TimeSpan ResolveFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clock of pauses and deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Told what an operator would want to know.</summary>
    public Action<PostgresJournalEvent>? Observer { get; init; }

    internal int StatementSeconds => (int)Math.Ceiling(StatementTimeout.TotalSeconds);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Lanes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Lanes, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAppendsPerCommit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAppendsPerCommit, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytesPerCommit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StatementTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ResolveFor, TimeSpan.Zero);
    }
}

public enum PostgresJournalEventKind
{
    /// <summary>The answer of a commit was lost; its outcome is being looked for.</summary>
    AnswerLost = 1,

    /// <summary>The outcome was found.</summary>
    OutcomeFound = 2,

    /// <summary>The outcome could not be found in time; callers were told so. Nothing is served before it is known.</summary>
    OutcomeUnknown = 3,

    /// <summary>A commit was refused by the server for a passing reason and is repeated.</summary>
    Repeated = 4,

    /// <summary>The server cannot be reached or cannot write.</summary>
    Unavailable = 5,

    /// <summary>A stored snapshot fails its checksum and is passed over.</summary>
    SnapshotDamaged = 6,
}

/// <param name="Kind">What happened.</param>
/// <param name="Message">For people; holds no connection secret.</param>
/// <param name="Appends">How many appends it concerns.</param>
public readonly record struct PostgresJournalEvent(PostgresJournalEventKind Kind, string Message, int Appends);

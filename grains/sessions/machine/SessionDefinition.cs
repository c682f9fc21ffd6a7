using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>What a session is, fixed at its creation (SIM-304).</summary>
public sealed record SessionDefinition
{
    public required string Tenant { get; init; }

    public required string SessionId { get; init; }

    /// <summary>One per loaded symbol, in the order of the request; the position is the engine's symbol number.</summary>
    public required IReadOnlyList<SymbolRange> Loaded { get; init; }

    /// <summary>SHA-256 over the bars used, one per loaded symbol. A session goes on only with the bars it began with.</summary>
    public required IReadOnlyList<string> Fingerprints { get; init; }

    public required string DataProvider { get; init; }

    public required string DataVersion { get; init; }

    public required SimulationConfig Config { get; init; }

    public required IReadOnlyList<string> Extensions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Bounds and intervals of sessions. Defaults are those of the specification.</summary>
public sealed record SessionOptions
{
    /// <summary>Largest <c>max_pending_ticks</c> (SIM-O15).</summary>
    public int MaxPendingTicks { get; init; } = 1000;

    /// <summary>Largest number of orders in a batch (SIM-O19).</summary>
    public int MaxBatchOrders { get; init; } = 1000;

    /// <summary>Time between ticks with flow control off, in milliseconds (SIM-O14); also what <c>estimated_duration_sec</c> assumes.</summary>
    public int TickIntervalMs { get; init; } = 20;

    /// <summary>Ticks completed in one call before others get their turn.</summary>
    public int SliceTicks { get; init; } = 20_000;

    /// <summary>Outputs of one call before the caller has to come again (SIM-157).</summary>
    public int SliceOutputs { get; init; } = 20_000;

    /// <summary>Commands that may wait behind one that takes several calls.</summary>
    public int MaxWaitingCommands { get; init; } = 2_000;

    /// <summary>How long a preserved session stays resumable (SIM-266).</summary>
    public TimeSpan ResumableFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the journal of an ended session is kept (SIM-O32).</summary>
    public TimeSpan RetainedFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a tick with accepted orders may stay unacknowledged before the client is warned (SIM-227).</summary>
    public TimeSpan AcknowledgeWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A running session writes a checkpoint when its last record is older than this, so that its age is known after a crash.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Fewest journal records between two snapshots.</summary>
    public int SnapshotRecords { get; init; } = 512;

    /// <summary>Ticks executed since the last snapshot that make one worth while.</summary>
    public int SnapshotTicks { get; init; } = 2_000_000;

    /// <summary>Least time between two updates of the portfolio grain.</summary>
    public TimeSpan PortfolioEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>New ticks between two reports to the tenant's meter.</summary>
    public int MeterTicks { get; init; } = 10_000;

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Check(MaxPendingTicks is >= 1 and <= 1_000_000, nameof(MaxPendingTicks), MaxPendingTicks, "1 to 1000000");
        Check(MaxBatchOrders is >= 1 and <= 10_000, nameof(MaxBatchOrders), MaxBatchOrders, "1 to 10000");
        Check(TickIntervalMs is >= 1 and <= 60_000, nameof(TickIntervalMs), TickIntervalMs, "1 to 60000");
        Check(SliceTicks >= 1, nameof(SliceTicks), SliceTicks, "at least 1");
        Check(SliceOutputs >= 100, nameof(SliceOutputs), SliceOutputs, "at least 100");
        Check(MaxWaitingCommands >= 1, nameof(MaxWaitingCommands), MaxWaitingCommands, "at least 1");
        Check(ResumableFor >= TimeSpan.FromMinutes(1), nameof(ResumableFor), ResumableFor, "at least a minute");
        Check(RetainedFor >= ResumableFor && RetainedFor <= TimeSpan.FromDays(45), nameof(RetainedFor), RetainedFor, "at least ResumableFor, at most 45 days");
        Check(AcknowledgeWithin > TimeSpan.Zero, nameof(AcknowledgeWithin), AcknowledgeWithin, "above 0");
        Check(CheckpointEvery > TimeSpan.Zero && CheckpointEvery < ResumableFor, nameof(CheckpointEvery), CheckpointEvery, "above 0 and below ResumableFor");
        Check(SnapshotRecords >= 1, nameof(SnapshotRecords), SnapshotRecords, "at least 1");
        Check(SnapshotTicks >= 1, nameof(SnapshotTicks), SnapshotTicks, "at least 1");
        Check(PortfolioEvery >= TimeSpan.Zero, nameof(PortfolioEvery), PortfolioEvery, "not negative");
        Check(MeterTicks >= 1, nameof(MeterTicks), MeterTicks, "at least 1");
    }

    private static void Check(bool right, string name, object value, string rule)
    {
        if (!right) throw new ArgumentException($"{name} is {value}; it must be {rule}", name);
    }
}

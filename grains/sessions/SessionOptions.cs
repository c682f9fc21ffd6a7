using System.Globalization;

namespace Trading.Grains.Sessions;

/// <summary>Bounds and intervals of sessions; section <c>Sessions</c> of the configuration. Defaults are those of the specification.</summary>
public sealed record SessionOptions
{
    public const string Section = "Sessions";

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

    /// <summary>How long the journal of an ended session, the result of a completed one, and the memory of an expired one are kept (SIM-O32).</summary>
    public TimeSpan RetainedFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a tick with accepted orders may stay unacknowledged before the client is warned (SIM-227).</summary>
    public TimeSpan AcknowledgeWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A running session writes a checkpoint when its last record is older than this, so that its age is known after a crash.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two looks for sessions and results that are due to be removed.</summary>
    public TimeSpan RetentionEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most sessions looked at, and most results removed, in one look; the next one goes on where this one stopped.</summary>
    public int RetentionSessions { get; init; } = 100_000;

    /// <summary>Fewest journal records between two snapshots.</summary>
    public int SnapshotRecords { get; init; } = 512;

    /// <summary>Ticks executed since the last snapshot that make one worth while.</summary>
    public int SnapshotTicks { get; init; } = 2_000_000;

    /// <summary>Least time between two updates of the portfolio grain.</summary>
    public TimeSpan PortfolioEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>New ticks between two reports to the tenant's meter.</summary>
    public int MeterTicks { get; init; } = 10_000;

    /// <summary>Every broken rule, each naming the setting, its value and the rule; empty when all is well.</summary>
    public IEnumerable<string> Problems() => new[]
    {
        Problem(MaxPendingTicks is >= 1 and <= 1_000_000, nameof(MaxPendingTicks), MaxPendingTicks, "1 to 1000000"),
        Problem(MaxBatchOrders is >= 1 and <= 10_000, nameof(MaxBatchOrders), MaxBatchOrders, "1 to 10000"),
        Problem(TickIntervalMs is >= 1 and <= 60_000, nameof(TickIntervalMs), TickIntervalMs, "1 to 60000"),
        Problem(SliceTicks >= 1, nameof(SliceTicks), SliceTicks, "at least 1"),
        Problem(SliceOutputs >= 100, nameof(SliceOutputs), SliceOutputs, "at least 100"),
        Problem(MaxWaitingCommands >= 1, nameof(MaxWaitingCommands), MaxWaitingCommands, "at least 1"),
        Problem(ResumableFor >= TimeSpan.FromMinutes(1), nameof(ResumableFor), ResumableFor, "at least a minute"),
        Problem(RetainedFor >= ResumableFor && RetainedFor <= TimeSpan.FromDays(45), nameof(RetainedFor), RetainedFor, $"at least {nameof(ResumableFor)} ({ResumableFor}) and at most 45 days"),
        Problem(AcknowledgeWithin > TimeSpan.Zero, nameof(AcknowledgeWithin), AcknowledgeWithin, "above 0"),
        Problem(CheckpointEvery > TimeSpan.Zero && CheckpointEvery < ResumableFor, nameof(CheckpointEvery), CheckpointEvery, $"above 0 and below {nameof(ResumableFor)} ({ResumableFor})"),
        Problem(RetentionEvery >= TimeSpan.FromMinutes(1) && RetentionEvery <= TimeSpan.FromDays(1), nameof(RetentionEvery), RetentionEvery, "a minute to a day"),
        Problem(RetentionSessions is >= 1 and <= 10_000_000, nameof(RetentionSessions), RetentionSessions, "1 to 10000000"),
        Problem(SnapshotRecords >= 1, nameof(SnapshotRecords), SnapshotRecords, "at least 1"),
        Problem(SnapshotTicks >= 1, nameof(SnapshotTicks), SnapshotTicks, "at least 1"),
        Problem(PortfolioEvery >= TimeSpan.Zero, nameof(PortfolioEvery), PortfolioEvery, "0 or more"),
        Problem(MeterTicks >= 1, nameof(MeterTicks), MeterTicks, "at least 1"),
    }.OfType<string>();

    private static string? Problem(bool right, string name, object value, string rule) =>
        right ? null : string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} is {value}, but must be {rule}");
}

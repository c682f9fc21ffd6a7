namespace Trading.Grains.Tenants;

/// <summary>What of a user must survive a restart, written before any call that changes it is answered.</summary>
/// <remarks>Connections and the counters of the minute live in memory only: a connection re-admits itself when its renewal fails, and a minute is soon over.</remarks>
[GenerateSerializer, Alias("trading.tenant-state")]
public sealed class TenantState
{
    /// <summary>Sessions admitted in this hour (SIM-057).</summary>
    [Id(0)] public WindowCount Hour { get; set; } = new();

    /// <summary>Ticks simulated today, over all sessions (SIM-072).</summary>
    [Id(1)] public WindowCount TicksToday { get; set; } = new();

    /// <summary>Simulations started today (SIM-073).</summary>
    [Id(2)] public WindowCount SimulationsToday { get; set; } = new();

    /// <summary>Unfinished sessions, and those that ended lately, by session id.</summary>
    [Id(3)] public Dictionary<string, SessionEntry> Sessions { get; set; } = [];

    /// <summary>Metering records on their way to the usage store; storing one twice does no harm.</summary>
    [Id(4)] public List<PendingUsage> Pending { get; set; } = [];
}

public enum SessionStage : byte
{
    /// <summary>Created, not started: counts as a simulation of the day that is still to come.</summary>
    Admitted = 0,
    Started = 1,

    /// <summary>Its place is free; kept for a while so that a late or repeated call is recognised.</summary>
    Ended = 2,
}

/// <summary>One session in its tenant's index.</summary>
[GenerateSerializer, Alias("trading.session-entry")]
public sealed class SessionEntry
{
    [Id(0)] public SessionStage Stage { get; set; }

    [Id(1)] public DateTimeOffset AdmittedAt { get; set; }

    /// <summary>Last call about this session; the base of its expiry.</summary>
    [Id(2)] public DateTimeOffset LastSeen { get; set; }

    /// <summary>High-water mark: ticks of the run that are metered (SIM-075).</summary>
    [Id(3)] public long Ticks { get; set; }

    /// <summary>The UTC day (<see cref="DateOnly.DayNumber"/>) that <see cref="DayTicks"/> belongs to.</summary>
    [Id(4)] public int Day { get; set; }

    /// <summary>Of <see cref="Ticks"/>, those on <see cref="Day"/>.</summary>
    [Id(5)] public long DayTicks { get; set; }

    [Id(6)] public bool Reported { get; set; }
}

/// <summary>A metering record as stored with the tenant; see <see cref="Trading.Storage.Usage.MeteringRecord"/>.</summary>
[GenerateSerializer, Alias("trading.pending-usage")]
public sealed class PendingUsage
{
    [Id(0)] public string Session { get; set; } = "";

    [Id(1)] public int Day { get; set; }

    [Id(2)] public byte Kind { get; set; }

    [Id(3)] public long Quantity { get; set; }
}

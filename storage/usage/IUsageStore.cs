namespace Trading.Storage.Usage;

public enum MeteringKind
{
    /// <summary>Ticks simulated, counted when first sent (SIM-072).</summary>
    Ticks,

    /// <summary>Simulations started: 1 per session (SIM-073).</summary>
    Simulation,

    /// <summary>Sessions delivered with a detailed performance report: 1 per session (SIM-074).</summary>
    Report,
}

/// <summary>
/// How much of one kind one session used on one UTC day: the unit that every charged amount can be traced to (SIM-079).
/// </summary>
/// <param name="User">User id.</param>
/// <param name="Session">Session id of that user; unique per run if the caller wants a repeated id to be charged again.</param>
/// <param name="Day">UTC day on which the quantity was used.</param>
/// <param name="Kind">What was used.</param>
/// <param name="Quantity">Running total of the session on that day, 0 or more; never a difference.</param>
public readonly record struct MeteringRecord(string User, string Session, DateOnly Day, MeteringKind Kind, long Quantity);

/// <summary>Sums over all sessions of a user on one day, or over several days.</summary>
public readonly record struct UsageTotals(long Ticks, long Simulations, long Reports);

/// <summary>
/// Metering. Records are running totals and storing is idempotent: per (user, session, day, kind) the largest quantity wins,
/// so a repeated, late or replayed record never counts twice. Thread-safe.
/// </summary>
public interface IUsageStore
{
    /// <summary>Stores the records, durable when it returns. May be repeated after any failure.</summary>
    /// <exception cref="ArgumentException">A negative quantity or an invalid user or session.</exception>
    ValueTask RecordAsync(IReadOnlyList<MeteringRecord> records, CancellationToken ct);

    ValueTask<UsageTotals> TotalsAsync(string user, DateOnly day, CancellationToken ct);

    /// <summary>The single records from <paramref name="firstDay"/> to <paramref name="lastDay"/> inclusive, ordered by day, session and kind.</summary>
    IAsyncEnumerable<MeteringRecord> ReadAsync(string user, DateOnly firstDay, DateOnly lastDay, CancellationToken ct);
}

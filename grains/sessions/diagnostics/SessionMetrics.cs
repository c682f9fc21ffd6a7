using System.Diagnostics;
using System.Diagnostics.Metrics;
using Trading.Diagnostics;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;

namespace Trading.Grains.Sessions;

/// <summary>The measurements of sessions, meter <c>Trading.Sessions</c>; docs/telemetry.md lists names, units and labels. Safe for concurrent use.</summary>
internal static class SessionMetrics
{
    public const string MeterName = "Trading.Sessions";

    private static readonly Meter Meter = new(MeterName);

    private static readonly UpDownCounter<int> Active = Meter.CreateUpDownCounter<int>("trading.session.active", "{session}", "Sessions in the memory of this process.");

    private static readonly Counter<long> Created = Meter.CreateCounter<long>("trading.session.created", "{session}", "Sessions created.");

    private static readonly Counter<long> Ended = Meter.CreateCounter<long>("trading.session.ended", "{session}", "Sessions that are over.");

    private static readonly Histogram<double> ExchangeDuration =
        Meter.CreateHistogram("trading.session.exchange.duration", "s", "One exchange within the session's grain, its append included.", advice: Buckets.Seconds);

    private static readonly Counter<long> Ticks = Meter.CreateCounter<long>("trading.session.ticks", "{tick}", "Ticks executed; those of a replay are not counted.");

    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("trading.session.orders", "{order}", "Orders accepted and rejected.");

    private static readonly Counter<long> Fills = Meter.CreateCounter<long>("trading.session.fills", "{fill}", "Fills.");

    private static readonly Histogram<double> RecoveryDuration =
        Meter.CreateHistogram("trading.session.recovery.duration", "s", "Reading a session from its journal: snapshot, records, replay.", advice: Buckets.Seconds);

    private static readonly Counter<long> RecoveryRecords = Meter.CreateCounter<long>("trading.session.recovery.records", "{record}", "Records replayed by recoveries.");

    private static readonly Counter<long> Interruptions =
        Meter.CreateCounter<long>("trading.session.interruptions", "{interruption}", "Times that a session's memory was thrown away, to start again from the journal.");

    private static readonly Histogram<long> SnapshotSize = Meter.CreateHistogram("trading.session.snapshot.size", "By", "Snapshots saved.", advice: Buckets.Bytes);

    private static readonly Counter<long> SnapshotFailures = Meter.CreateCounter<long>("trading.session.snapshot.failures", "{snapshot}", "Snapshots that could not be saved.");

    /// <summary>One more, or one less, in memory.</summary>
    public static void InMemory(int change) => Active.Add(change);

    public static void SessionCreated() => Created.Add(1);

    public static void SessionEnded(SessionEnd end) => Ended.Add(1, Label("end", end switch
    {
        SessionEnd.Completed => "completed",
        SessionEnd.Discarded => "discarded",
        SessionEnd.MaxDuration => "max_duration",
        _ => "failed",
    }));

    /// <summary>Nobody came back to it in time.</summary>
    public static void SessionExpired() => Ended.Add(1, Label("end", "expired"));

    /// <param name="start"><see cref="Stopwatch.GetTimestamp"/> at the beginning.</param>
    /// <param name="isAnswered">Whether the caller got an answer.</param>
    public static void Exchanged(long start, bool isAnswered)
    {
        if (ExchangeDuration.Enabled) ExchangeDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Label("outcome", isAnswered ? "ok" : "failed"));
    }

    /// <summary>Adds what happened since the last call, and clears it.</summary>
    public static void Count(SessionTally tally)
    {
        if (tally.Ticks > 0) Ticks.Add(tally.Ticks);
        if (tally.Fills > 0) Fills.Add(tally.Fills);
        if (tally.AcceptedOrders > 0) Orders.Add(tally.AcceptedOrders, Label("result", "accepted"));
        if (tally.RejectedOrders.Count > 0) CountRejected(tally.RejectedOrders);
        ApiRisk.Duplicates(ApiRisk.Session, tally.Duplicates);
        for (var refusal = 0; refusal < tally.Refusals; refusal++) ApiRisk.RequestRejection(ApiRisk.Session);
        tally.Clear();
    }

    /// <param name="start"><see cref="Stopwatch.GetTimestamp"/> at the beginning.</param>
    /// <param name="outcome"><c>recovered</c>, <c>continued</c> from a mark, <c>ended</c> or <c>failed</c>.</param>
    /// <param name="records">Records replayed.</param>
    public static void Recovered(long start, string outcome, int records)
    {
        RecoveryDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Label("outcome", outcome));
        if (records > 0) RecoveryRecords.Add(records);
    }

    /// <param name="failure">What came between; null when another writer did.</param>
    public static void Interrupted(Exception? failure) => Interruptions.Add(1, Label("cause", failure switch
    {
        null => "fenced",
        UncertainAppendException => "uncertain",
        JournalUnavailableException or IOException => "unavailable",
        _ => "limits",
    }));

    public static void SnapshotSaved(long bytes) => SnapshotSize.Record(bytes);

    public static void SnapshotFailed() => SnapshotFailures.Add(1);

    private static void CountRejected(IReadOnlyDictionary<string, int> rejected)
    {
        foreach (var (reason, orders) in rejected)
        {
            Orders.Add(orders, Label("result", "rejected"), Label("reason", reason));
            ApiRisk.OrderRejects(ApiRisk.Session, orders);
        }
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}

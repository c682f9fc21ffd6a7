using System.Diagnostics;
using System.Diagnostics.Metrics;
using Trading.Diagnostics;

namespace Trading.Storage.Journal;

/// <summary>What a journal measures, whichever it is: meter and span source <c>Trading.Journal</c>; docs/telemetry.md lists names, units and labels. Safe for concurrent use.</summary>
/// <remarks>An append is measured from the call to its answer (<see cref="AppendMeasure"/>), a commit of many appends from its first byte to its sync (<see cref="CommitMeasure"/>).</remarks>
public static class JournalMetrics
{
    public const string MeterName = "Trading.Journal";

    /// <summary>Label of <see cref="FileSessionJournal"/>.</summary>
    public const string Files = "file";

    /// <summary>Label of the journal in PostgreSQL.</summary>
    public const string Postgres = "postgres";

    internal static readonly ActivitySource Source = new(MeterName);

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> AppendDuration =
        Meter.CreateHistogram("trading.journal.append.duration", "s", "From the call of an append to its answer.", advice: Buckets.Seconds);

    private static readonly Counter<long> Records = Meter.CreateCounter<long>("trading.journal.records", "{record}", "Records made durable.");

    private static readonly Histogram<double> CommitDuration =
        Meter.CreateHistogram("trading.journal.commit.duration", "s", "One commit of many appends, from its first byte to its sync.", advice: Buckets.Seconds);

    private static readonly Histogram<long> CommitAppends =
        Meter.CreateHistogram("trading.journal.commit.appends", "{append}", "Appends that shared one commit.", advice: Buckets.Counts);

    private static readonly Histogram<long> CommitSize = Meter.CreateHistogram("trading.journal.commit.size", "By", "Bytes of one commit.", advice: Buckets.Bytes);

    private static readonly Counter<long> Conflicts =
        Meter.CreateCounter<long>("trading.journal.conflicts", "{append}", "Appends that were fenced: another writer has the session.");

    private static readonly Counter<long> Outages = Meter.CreateCounter<long>("trading.journal.outages", "{outage}", "Times that the journal ceased to accept appends.");

    private static readonly UpDownCounter<int> Unavailable =
        Meter.CreateUpDownCounter<int>("trading.journal.unavailable", "{journal}", "1 while the journal accepts no appends, otherwise 0.");

    /// <summary>Somebody listens to the times of appends or of commits.</summary>
    internal static bool IsTimed => AppendDuration.Enabled || CommitDuration.Enabled;

    /// <summary>The journal ceased to accept appends.</summary>
    public static void OutageBegan(string backend)
    {
        Outages.Add(1, Backend(backend));
        Unavailable.Add(1, Backend(backend));
    }

    /// <summary>It accepts them again.</summary>
    public static void OutageEnded(string backend) => Unavailable.Add(-1, Backend(backend));

    internal static void Appended(string backend, long start, string outcome, int records)
    {
        if (start != 0) AppendDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Backend(backend), new("outcome", outcome));
        if (outcome == AppendMeasure.Appended) Records.Add(records, Backend(backend));
        else if (outcome == AppendMeasure.Conflict) Conflicts.Add(1, Backend(backend));
    }

    internal static void Committed(string backend, long start, string outcome, int appends, long bytes)
    {
        if (start != 0) CommitDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Backend(backend), new("outcome", outcome));
        CommitAppends.Record(appends, Backend(backend));
        CommitSize.Record(bytes, Backend(backend));
    }

    private static KeyValuePair<string, object?> Backend(string name) => new("backend", name);
}

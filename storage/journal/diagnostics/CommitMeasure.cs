using System.Diagnostics;

namespace Trading.Storage.Journal;

/// <summary>
/// Time and span <c>journal.commit</c> of one commit that many appends share. The span belongs to the trace of the first sampled append; the others are linked, and
/// each append is linked to the commit, so that every sampled trace shows the commit that made it durable.
/// </summary>
internal readonly struct CommitMeasure
{
    public const string Committed = "committed";
    public const string Failed = "failed";
    public const string Uncertain = "uncertain";

    private readonly string _backend;
    private readonly long _start;
    private readonly Activity? _span;

    private CommitMeasure(string backend, Activity? span)
    {
        _backend = backend;
        _start = JournalMetrics.IsTimed ? Stopwatch.GetTimestamp() : 0;
        _span = span;
    }

    /// <summary>A commit begins. Its span, or else what its first caller is part of, is the current activity until <see cref="End"/>.</summary>
    /// <param name="backend">Which journal.</param>
    /// <param name="appends">What is being committed.</param>
    public static CommitMeasure Begin(string backend, IEnumerable<AppendMeasure> appends) =>
        new(backend, JournalMetrics.Source.HasListeners() ? StartSpan(appends) : null);

    /// <summary>The commit is over.</summary>
    /// <param name="outcome">One of the constants.</param>
    /// <param name="appends">How many appends were in it.</param>
    /// <param name="bytes">What was written.</param>
    public void End(string outcome, int appends, long bytes)
    {
        JournalMetrics.Committed(_backend, _start, outcome, appends, bytes);
        if (_span is { } span)
        {
            span.SetTag("trading.journal.backend", _backend);
            span.SetTag("trading.journal.appends", appends);
            span.SetTag("trading.journal.bytes", bytes);
            span.SetTag("trading.journal.outcome", outcome);
            if (outcome != Committed) span.SetStatus(ActivityStatusCode.Error, outcome);
            span.Stop();
        }

        if (Activity.Current is not null) Activity.Current = null;
    }

    private static Activity? StartSpan(IEnumerable<AppendMeasure> appends)
    {
        Activity.Current = null;
        Activity? span = null;
        Activity? first = null;
        foreach (var append in appends)
        {
            first ??= append.Caller;
            if (append.Span is not { Recorded: true } sampled) continue;
            if (span is null) span = JournalMetrics.Source.StartActivity("journal.commit", ActivityKind.Internal, sampled.Context);
            else span.AddLink(new ActivityLink(sampled.Context));
            if (span is not null) sampled.AddLink(new ActivityLink(span.Context));
        }

        // the database's own spans are then sampled as their caller is
        if (span is null) Activity.Current = first;
        return span;
    }
}

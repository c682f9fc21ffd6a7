using System.Diagnostics;

namespace Trading.Storage.Journal;

/// <summary>Time and span <c>journal.append</c> of one append, from the call to its answer. The default value measures nothing.</summary>
internal readonly struct AppendMeasure
{
    public const string Appended = "appended";
    public const string Conflict = "conflict";

    private readonly string? _backend;
    private readonly long _start;
    private readonly int _records;

    private AppendMeasure(string backend, int records, Activity? caller, Activity? span)
    {
        _backend = backend;
        _start = JournalMetrics.IsTimed ? Stopwatch.GetTimestamp() : 0;
        _records = records;
        Caller = caller;
        Span = span;
    }

    /// <summary>Whatever the caller is part of, sampled or not; null when it is not traced.</summary>
    public Activity? Caller { get; }

    /// <summary>Null unless the caller's trace is sampled.</summary>
    public Activity? Span { get; }

    /// <summary>An append was asked for. The caller's current activity stays what it is: the span ends on another thread.</summary>
    public static AppendMeasure Begin(string backend, IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        var caller = Activity.Current;
        return new AppendMeasure(backend, payloads.Count, caller, caller is null || !JournalMetrics.Source.HasListeners() ? null : StartSpan(backend, payloads, caller));
    }

    /// <summary>The append is answered.</summary>
    /// <param name="result">What it came to, where <paramref name="failure"/> is null.</param>
    /// <param name="failure">Why it failed.</param>
    public void End(AppendResult result, Exception? failure)
    {
        if (_backend is null) return;
        var outcome = failure switch
        {
            null => result.IsAppended ? Appended : Conflict,
            UncertainAppendException => "uncertain",
            OperationCanceledException => "cancelled",
            _ => "unavailable",
        };
        JournalMetrics.Appended(_backend, _start, outcome, _records);
        if (Span is not { } span) return;
        span.SetTag("trading.journal.outcome", outcome);
        if (failure is not null) span.SetStatus(ActivityStatusCode.Error, outcome);
        span.Stop();
    }

    private static Activity? StartSpan(string backend, IReadOnlyList<ReadOnlyMemory<byte>> payloads, Activity caller)
    {
        // started as if nothing were current, so that its end leaves nothing current on the thread of the writer
        Activity.Current = null;
        var span = JournalMetrics.Source.StartActivity("journal.append", ActivityKind.Client, caller.Context);
        Activity.Current = caller;
        if (span is not { IsAllDataRequested: true }) return span;
        long bytes = 0;
        for (var at = 0; at < payloads.Count; at++) bytes += payloads[at].Length;
        span.SetTag("trading.journal.backend", backend);
        span.SetTag("trading.journal.records", payloads.Count);
        span.SetTag("trading.journal.bytes", bytes);
        return span;
    }
}

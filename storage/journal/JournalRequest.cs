using System.Threading.Tasks.Sources;

namespace Trading.Storage.Journal;

internal enum RequestKind
{
    Append,
    Delete,

    /// <summary>Answered once the journal works again after a failure.</summary>
    Probe,

    /// <summary>Removes segments that have become superfluous.</summary>
    Compact,
}

/// <summary>One call on its way through the writer, and the task that its caller awaits; reused after the caller has taken the result.</summary>
internal sealed class JournalRequest(Action<JournalRequest> giveBack) : IValueTaskSource<AppendResult>
{
    private ManualResetValueTaskSourceCore<AppendResult> _source = new() { RunContinuationsAsynchronously = true };

    public RequestKind Kind { get; private set; }

    public SessionKey Key { get; private set; }

    public long ExpectedVersion { get; private set; }

    public IReadOnlyList<ReadOnlyMemory<byte>>? Payloads { get; private set; }

    public CancellationToken Cancellation { get; private set; }

    /// <summary>Set by the writer when the request has a frame in the block being built.</summary>
    public SessionEntry? Entry { get; set; }

    public FrameLocation Location { get; set; }

    public AppendResult Result { get; set; }

    public Exception? Failure { get; set; }

    public AppendMeasure Measure { get; private set; }

    public void Begin(RequestKind kind, SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>>? payloads, CancellationToken ct)
    {
        (Kind, Key, ExpectedVersion, Payloads, Cancellation) = (kind, key, expectedVersion, payloads, ct);
        (Entry, Location, Result, Failure) = (null, default, default, null);
        Measure = payloads is null ? default : AppendMeasure.Begin(JournalMetrics.Files, payloads);
    }

    public ValueTask<AppendResult> Task => new(this, _source.Version);

    /// <summary>Hands result or failure to the caller, whose continuation runs on the thread pool or its own scheduler, never here.</summary>
    public void Complete()
    {
        Measure.End(Result, Failure);
        if (Failure is { } failure)
            _source.SetException(failure);
        else
            _source.SetResult(Result);
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Payloads = null;
            Entry = null;
            giveBack(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}

namespace Trading.Storage.Journal;

/// <summary>Requests waiting for the writer. While one commit is being synced the next ones gather here: that is the group commit.</summary>
internal sealed class CommitQueue
{
    private const int MaxIdle = 1024;

    private readonly object _gate = new();
    private readonly Stack<JournalRequest> _idle = new();
    private List<JournalRequest> _waiting = [];
    private bool _writerSleeps;
    private bool _closed;

    /// <exception cref="ObjectDisposedException">The journal has been closed; nothing was written.</exception>
    public ValueTask<AppendResult> Add(RequestKind kind, SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>>? payloads, CancellationToken ct)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(FileSessionJournal));
            if (!_idle.TryPop(out var request))
                request = new JournalRequest(GiveBack);
            request.Begin(kind, key, expectedVersion, payloads, ct);
            _waiting.Add(request);
            if (_writerSleeps)
                Monitor.Pulse(_gate);
            return request.Task;
        }
    }

    /// <summary>Waits for requests and swaps them for the given empty list. False when the queue is closed and empty.</summary>
    public bool TakeOrWait(ref List<JournalRequest> empty)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                _writerSleeps = true;
                Monitor.Wait(_gate);
                _writerSleeps = false;
            }
            return Swap(ref empty);
        }
    }

    /// <summary>As <see cref="TakeOrWait"/>, without waiting.</summary>
    public bool Take(ref List<JournalRequest> empty)
    {
        lock (_gate)
            return Swap(ref empty);
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool Swap(ref List<JournalRequest> empty)
    {
        (_waiting, empty) = (empty, _waiting);
        return empty.Count > 0;
    }

    private void GiveBack(JournalRequest request)
    {
        lock (_gate)
        {
            if (_idle.Count < MaxIdle)
                _idle.Push(request);
        }
    }
}

using System.Runtime.CompilerServices;
using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>
/// The journal in files of one process: append-only segments that all sessions share, one sync per group of appends,
/// an index in memory, snapshots beside it.
/// </summary>
/// <remarks>
/// <para>Thread-safe. The folder is locked, so that a second process cannot open it.</para>
/// <para>What goes: a segment file, once it and all before it hold nothing but records of deleted sessions. Of each session the two newest snapshots
/// are kept. Only with <see cref="FileJournalOptions.KeepRecords"/> off are the records up to the older of the two dropped as well: if the newest
/// snapshot turns out damaged, the older one and the records after it rebuild the same state.</para>
/// <para>Assumes of the device what every log does: a synced byte stays, and rewriting a sector with the same leading bytes keeps them.</para>
/// </remarks>
public sealed class FileSessionJournal : ISessionJournal, IDisposable
{
    private const string LockFile = "lock";
    private const int ReadChunkBytes = 256 << 10;

    private readonly JournalIndex _index = new();
    private readonly CommitQueue _queue = new();
    private readonly SnapshotFolder _snapshots;
    private readonly JournalWriter _writer;
    private readonly IDisposable _lock;
    private readonly bool _keepRecords;
    private readonly Thread? _thread;
    private List<JournalRequest> _batch = [];
    private int _disposed;

    private FileSessionJournal(IStorageFiles files, FileJournalOptions options, bool ownThread)
    {
        _keepRecords = options.KeepRecords;
        try
        {
            _lock = files.Lock(LockFile);
        }
        catch (IOException exception)
        {
            throw new JournalUnavailableException("The journal folder is in use by another process.", exception);
        }
        try
        {
            var tail = new JournalRecovery(files, _index, options.Observer).Run();
            _snapshots = new SnapshotFolder(files, options.Observer);
            _snapshots.Recover(_index.Sessions, tail.NextSequence);
            _writer = new JournalWriter(files, _index, new SegmentAppender(files, _index, options, tail), options);
        }
        catch
        {
            CloseFiles();
            throw;
        }
        if (ownThread)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
            _thread.Start();
        }
    }

    /// <summary>Opens the journal in a folder, making it if needed, and recovers it.</summary>
    /// <exception cref="JournalUnavailableException">Another process has it open.</exception>
    /// <exception cref="JournalDamagedException">Stored bytes are not what was acknowledged; names file and offset.</exception>
    public static FileSessionJournal Open(string folder, FileJournalOptions? options = null) => Open(new DiskFiles(folder), options);

    /// <summary>As <see cref="Open(string, FileJournalOptions?)"/>, on other files.</summary>
    public static FileSessionJournal Open(IStorageFiles files, FileJournalOptions? options = null) => Open(files, options ?? new FileJournalOptions(), ownThread: true);

    /// <summary>Without a thread of its own <see cref="Pump"/> does the writer's work, so that a test decides when and with what grouping.</summary>
    internal static FileSessionJournal Open(IStorageFiles files, FileJournalOptions options, bool ownThread)
    {
        options.Validate();
        return new FileSessionJournal(files, options, ownThread);
    }

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct)
    {
        JournalLimits.Validate(key, expectedVersion, payloads);
        return ct.IsCancellationRequested
            ? ValueTask.FromCanceled<AppendResult>(ct)
            : _queue.Add(RequestKind.Append, key, expectedVersion, payloads, ct);
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        await SettleAsync(ct).ConfigureAwait(false);
        var (frames, segments) = PlanRead(key, afterVersion);
        try
        {
            for (var next = 0; next < frames.Length;)
            {
                ct.ThrowIfCancellationRequested();
                var from = next;
                var bytes = 0;
                while (next < frames.Length && (next == from || bytes + frames[next].Length <= ReadChunkBytes))
                    bytes += frames[next++].Length;
                var until = next;
                var records = await Task.Run(() => ReadFrames(frames, from, until, segments, afterVersion), ct).ConfigureAwait(false);
                foreach (var record in records)
                    yield return record;
            }
        }
        finally
        {
            foreach (var segment in segments)
                segment.Release();
        }
    }

    public async ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        await SettleAsync(ct).ConfigureAwait(false);
        lock (_index.Gate)
            return _index.TryGet(key, out var entry) ? entry.Version : 0;
    }

    public async ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct)
    {
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapshot.Length, JournalLimits.MaxSnapshotBytes);
        await SettleAsync(ct).ConfigureAwait(false);
        var entry = FindDurable(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, entry?.Version ?? 0);
        if (await Task.Run(() => SaveSnapshot(entry!, version, snapshot), ct).ConfigureAwait(false))
            _ = CompactAsync();
    }

    public async ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        await SettleAsync(ct).ConfigureAwait(false);
        if (FindDurable(key) is not { } entry)
            return null;
        return await Task.Run(() => LoadSnapshot(entry), ct).ConfigureAwait(false);
    }

    public async ValueTask DeleteAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        ct.ThrowIfCancellationRequested();
        await SettleAsync(ct).ConfigureAwait(false);
        var entry = FindDurable(key);
        await Post(RequestKind.Delete, key, ct).ConfigureAwait(false);
        // The incarnation in their names keeps left-over snapshots from ever being taken for those of a new session.
        if (entry is not null)
            await Task.Run(() => DeleteSnapshots(entry), CancellationToken.None).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<SessionKey> ListAsync(string tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        SessionKey.ValidatePart(tenant, nameof(tenant));
        await SettleAsync(ct).ConfigureAwait(false);
        List<SessionKey> keys;
        lock (_index.Gate)
            keys = [.. _index.Sessions.Where(entry => entry.Version > 0 && entry.Key.Tenant == tenant).Select(entry => entry.Key)];
        keys.Sort((left, right) => string.CompareOrdinal(left.Session, right.Session));
        foreach (var key in keys)
        {
            ct.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public async ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct)
    {
        await SettleAsync(ct).ConfigureAwait(false);
        SessionKey[] keys;
        lock (_index.Gate)
            keys = [.. _index.Sessions.Where(entry => entry.Version > 0).Select(entry => entry.Key)];
        return SessionKey.Page(keys, after, most);
    }

    /// <summary>Answers what was accepted, then closes the files and gives the lock back. Later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _queue.Close();
        if (_thread is null)
            Pump();
        else
            _thread.Join();
        CloseFiles();
    }

    /// <summary>Does the writer's work on this thread once; only for a journal without a thread of its own.</summary>
    internal void Pump()
    {
        if (_queue.Take(ref _batch))
            _writer.Process(_batch);
        _batch.Clear();
    }

    private void Run()
    {
        while (_queue.TakeOrWait(ref _batch))
        {
            _writer.Process(_batch);
            _batch.Clear();
        }
    }

    /// <summary>After an uncertain write nobody may learn a version before it is certain; this asks the writer to find out.</summary>
    private ValueTask SettleAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _writer.Failure is null ? ValueTask.CompletedTask : SettleSlowAsync(ct);
    }

    private async ValueTask SettleSlowAsync(CancellationToken ct) => await Post(RequestKind.Probe, default, ct).ConfigureAwait(false);

    private ValueTask<AppendResult> Post(RequestKind kind, SessionKey key, CancellationToken ct)
    {
        var task = _queue.Add(kind, key, 0, null, ct);
        if (_thread is null)
            Pump();
        return task;
    }

    private SessionEntry? FindDurable(SessionKey key)
    {
        lock (_index.Gate)
            return _index.TryGet(key, out var entry) && entry.Version > 0 ? entry : null;
    }

    private (FrameLocation[] Frames, Segment[] Segments) PlanRead(SessionKey key, long afterVersion)
    {
        lock (_index.Gate)
        {
            if (!_index.TryGet(key, out var entry) || entry.Version <= afterVersion)
                return ([], []);
            var frames = entry.Frames;
            if (frames[0].FirstVersion > afterVersion + 1)
                throw new RecordsDroppedException(key, frames[0].FirstVersion);
            var first = frames.Count - 1;
            while (frames[first].FirstVersion > afterVersion + 1)
                first--;
            var plan = frames[first..].ToArray();
            var segments = plan.Select(frame => frame.Segment).Distinct().Select(_index.Find).ToArray();
            foreach (var segment in segments)
                segment.Use();
            return (plan, segments);
        }
    }

    private static List<JournalRecord> ReadFrames(FrameLocation[] frames, int from, int until, Segment[] segments, long afterVersion)
    {
        var records = new List<JournalRecord>();
        Segment? segment = null;
        for (var i = from; i < until; i++)
        {
            var location = frames[i];
            if (segment?.Number != location.Segment)
                segment = Array.Find(segments, candidate => candidate.Number == location.Segment)!;
            var bytes = GC.AllocateUninitializedArray<byte>(location.Length);
            if (segment.File.Read(location.Offset, bytes) != bytes.Length || !JournalFormat.TryReadFrame(bytes, out var frame)
                || frame.Length != location.Length || frame.FirstVersion != location.FirstVersion)
                throw new JournalDamagedException(segment.Path, location.Offset, $"the frame with version {location.FirstVersion} fails its checks.");
            JournalFormat.ReadRecords(bytes, frame, records, afterVersion);
        }
        return records;
    }

    private bool SaveSnapshot(SessionEntry entry, long version, ReadOnlyMemory<byte> snapshot)
    {
        lock (entry.SnapshotGate)
        {
            if (entry.Gone)
                return false;
            long covered;
            try
            {
                covered = _snapshots.Save(entry, version, snapshot.Span);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                var reason = DiskFiles.IsDiskFull(exception) ? "the disk is full" : exception.Message;
                throw new JournalUnavailableException($"The snapshot of session {entry.Key} was not stored: {reason}. The records are untouched.", exception);
            }
            lock (_index.Gate)
            {
                var segments = _index.Segments;
                if (covered > 0 && !_keepRecords && !entry.Gone)
                    _index.Trim(entry, covered);
                return segments.Count > 1 && segments[0].LiveFrames == 0;
            }
        }
    }

    private JournalSnapshot? LoadSnapshot(SessionEntry entry)
    {
        lock (entry.SnapshotGate)
            return entry.Gone ? null : _snapshots.Load(entry);
    }

    private void DeleteSnapshots(SessionEntry entry)
    {
        lock (entry.SnapshotGate)
            _snapshots.Delete(entry);
    }

    /// <summary>Asks the writer to remove dead segments and does not wait for it.</summary>
    private async Task CompactAsync()
    {
        try
        {
            _ = await Post(RequestKind.Compact, default, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JournalUnavailableException or ObjectDisposedException)
        {
            // Removing files early is optional; the next commit does it.
        }
    }

    private void CloseFiles()
    {
        foreach (var segment in _index.Segments)
            segment.Release();
        _lock.Dispose();
    }
}

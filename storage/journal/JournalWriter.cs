using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>
/// The single writer: takes what has gathered, builds one block, writes once, syncs once, and only then publishes and answers.
/// </summary>
internal sealed class JournalWriter(IStorageFiles files, JournalIndex index, SegmentAppender appender, FileJournalOptions options)
{
    private byte[] _block = GC.AllocateUninitializedArray<byte>(256 << 10);
    private int _used;
    private int _frames;
    private TimeSpan _backoff = options.FirstBackoff;
    private long _retryAt;
    private volatile Exception? _failure;

    /// <summary>The write whose outcome is unknown; while it is set, nothing may be said about any session.</summary>
    public Exception? Failure => _failure;

    /// <summary>Answers all requests, in as few commits as the block size allows.</summary>
    public void Process(List<JournalRequest> batch)
    {
        var from = 0;
        while (from < batch.Count)
        {
            int until;
            try
            {
                until = CommitFrom(batch, from);
            }
            catch (Exception exception)
            {
                // Nothing below is expected to get here; whatever it is, callers must not wait for ever and nothing may be trusted.
                if (_failure is null)
                    EnterFailure(exception);
                Revert(batch, from, batch.Count);
                until = batch.Count;
                FailAll(batch, from, until, exception, uncertain: true);
            }
            for (; from < until; from++)
                batch[from].Complete();
        }
        RemoveDeadSegments();
    }

    private int CommitFrom(List<JournalRequest> batch, int from)
    {
        if (_failure is not null && !TryReopen(out var unavailable))
        {
            FailAll(batch, from, batch.Count, unavailable!, uncertain: false);
            return batch.Count;
        }
        var until = BuildBlock(batch, from);
        if (_frames == 0)
            return until;
        var measure = CommitMeasure.Begin(JournalMetrics.Files, batch.Skip(from).Take(until - from).Where(request => request.Entry is not null).Select(request => request.Measure));
        var outcome = CommitMeasure.Failed;
        try
        {
            outcome = Write(batch, from, until);
        }
        finally
        {
            measure.End(outcome, _frames, _used);
        }
        return until;
    }

    /// <summary>Writes and syncs the block, publishes what is in it or takes it back; how it went, as a commit is measured.</summary>
    private string Write(List<JournalRequest> batch, int from, int until)
    {
        try
        {
            appender.Reserve(_used);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Revert(batch, from, until);
            FailAll(batch, from, until, Unavailable(exception), uncertain: false);
            return CommitMeasure.Failed;
        }
        var header = new BlockHeader(appender.Salt, appender.NextSequence, _used - JournalFormat.BlockHeaderBytes, _frames);
        JournalFormat.WriteBlockHeader(_block, header);
        var position = appender.Position;
        try
        {
            appender.Commit(_block.AsSpan(0, _used));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            EnterFailure(exception);
            Revert(batch, from, until);
            FailAll(batch, from, until, exception, uncertain: true);
            return CommitMeasure.Uncertain;
        }
        Publish(batch, from, until, position);
        return CommitMeasure.Committed;
    }

    /// <summary>Encodes requests until the block is full or one has to wait for the next block; returns where it stopped.</summary>
    private int BuildBlock(List<JournalRequest> batch, int from)
    {
        _used = JournalFormat.BlockHeaderBytes;
        _frames = 0;
        for (var i = from; i < batch.Count; i++)
        {
            var request = batch[i];
            if (request.Kind is RequestKind.Probe or RequestKind.Compact)
                continue;
            if (request.Cancellation.IsCancellationRequested)
            {
                request.Failure = new OperationCanceledException(request.Cancellation);
                continue;
            }
            _ = index.TryGet(request.Key, out var entry);
            if (entry is { PendingDelete: true })
                return i;
            var isDelete = request.Kind == RequestKind.Delete;
            var version = entry?.PendingVersion ?? 0;
            if (isDelete ? entry is null : version != request.ExpectedVersion)
            {
                request.Result = new AppendResult(isDelete ? AppendStatus.Appended : AppendStatus.Conflict, version);
                continue;
            }
            if (!isDelete && version + request.Payloads!.Count > uint.MaxValue)
            {
                request.Failure = new InvalidOperationException($"Session {request.Key} has more records than a journal can number.");
                continue;
            }
            var bytes = JournalFormat.FrameBytes(request.Key, request.Payloads);
            if (_used + bytes > JournalFormat.MaxBlockBytes)
                return i;
            Encode(request, entry, bytes);
        }
        return batch.Count;
    }

    private void Encode(JournalRequest request, SessionEntry? entry, int bytes)
    {
        if (_used + bytes > _block.Length)
            Array.Resize(ref _block, Math.Max(_used + bytes, Math.Min(_block.Length * 2, JournalFormat.MaxBlockBytes + JournalFormat.BlockHeaderBytes)));
        var target = _block.AsSpan(_used, bytes);
        if (request.Kind == RequestKind.Delete)
        {
            entry!.PendingDelete = true;
            JournalFormat.WriteFrame(target, JournalFormat.KindDelete, request.Key, entry.Incarnation, entry.PendingVersion, null);
        }
        else
        {
            var firstVersion = request.ExpectedVersion + 1;
            var lastVersion = request.ExpectedVersion + request.Payloads!.Count;
            if (entry is null)
            {
                lock (index.Gate)
                    entry = index.Add(request.Key, appender.NextSequence);
            }
            JournalFormat.WriteFrame(target, JournalFormat.KindAppend, request.Key, entry.Incarnation, firstVersion, request.Payloads);
            entry.PendingVersion = lastVersion;
            request.Location = new FrameLocation((uint)firstVersion, 0, _used, bytes);
            request.Result = new AppendResult(AppendStatus.Appended, lastVersion);
        }
        request.Entry = entry;
        _used += bytes;
        _frames++;
    }

    private void Publish(List<JournalRequest> batch, int from, int until, long position)
    {
        var segment = appender.Active.Number;
        lock (index.Gate)
        {
            for (var i = from; i < until; i++)
            {
                var request = batch[i];
                if (request.Entry is not { } entry)
                    continue;
                if (request.Kind == RequestKind.Delete)
                    index.Remove(entry);
                else
                    index.AddFrame(entry, request.Location with { Segment = segment, Offset = (int)position + request.Location.Offset }, request.Payloads!.Count);
            }
        }
    }

    /// <summary>Takes back what the block would have changed; only durable versions remain.</summary>
    private void Revert(List<JournalRequest> batch, int from, int until)
    {
        lock (index.Gate)
        {
            for (var i = from; i < until; i++)
            {
                if (batch[i].Entry is not { } entry)
                    continue;
                entry.PendingVersion = entry.Version;
                entry.PendingDelete = false;
                if (entry.Version == 0 && !entry.Gone)
                    index.Remove(entry);
            }
        }
    }

    private static void FailAll(List<JournalRequest> batch, int from, int until, Exception cause, bool uncertain)
    {
        for (var i = from; i < until; i++)
        {
            var request = batch[i];
            if (request.Failure is not null)
                continue;
            // A conflict within the failed block may have been with a record that now does not exist: no answer is right.
            request.Failure = uncertain && request.Entry is not null
                ? new UncertainAppendException($"The outcome of writing session {request.Key} is unknown{Reason(cause)}. Read it again.", cause)
                : cause as JournalUnavailableException ?? Unavailable(cause);
        }
    }

    private static JournalUnavailableException Unavailable(Exception cause) => new($"The journal cannot write{Reason(cause)}; nothing was changed.", cause);

    private static string Reason(Exception cause) => DiskFiles.IsDiskFull(cause) ? ": the disk is full" : $": {cause.Message}";

    private void EnterFailure(Exception exception)
    {
        _failure = exception;
        JournalMetrics.OutageBegan(JournalMetrics.Files);
        _backoff = options.FirstBackoff;
        ScheduleRetry();
        options.Observer?.Invoke(new JournalEvent(JournalEventKind.WriteFailed, appender.Active.Path, appender.Position, _used, exception));
    }

    private bool TryReopen(out JournalUnavailableException? unavailable)
    {
        unavailable = null;
        if (options.TimeProvider.GetTimestamp() - _retryAt < 0)
        {
            unavailable = new JournalUnavailableException($"The journal is recovering from a failed write{Reason(_failure!)}; try again shortly.", _failure);
            return false;
        }
        try
        {
            appender.Reopen();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JournalDamagedException)
        {
            _backoff = TimeSpan.FromTicks(Math.Min(Math.Max(_backoff.Ticks * 2, 1), options.MaxBackoff.Ticks));
            ScheduleRetry();
            unavailable = new JournalUnavailableException($"The journal cannot be opened again after a failed write{Reason(exception)}.", exception);
            return false;
        }
        _failure = null;
        JournalMetrics.OutageEnded(JournalMetrics.Files);
        options.Observer?.Invoke(new JournalEvent(JournalEventKind.Reopened, appender.Active.Path, 0, 0));
        return true;
    }

    private void ScheduleRetry() =>
        _retryAt = options.TimeProvider.GetTimestamp() + (long)(_backoff.TotalSeconds * options.TimeProvider.TimestampFrequency);

    /// <summary>
    /// Only from the front, so that a deletion outlives the records it deletes and a missing number always means damage.
    /// The folder is synced between removals because unlinks may otherwise become durable out of order.
    /// </summary>
    private void RemoveDeadSegments()
    {
        while (_failure is null && index.Segments.Count > 1 && index.Segments[0].LiveFrames == 0)
        {
            var segment = index.Segments[0];
            try
            {
                files.Delete(segment.Path);
                files.SyncFolder(JournalRecovery.SegmentFolder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                options.Observer?.Invoke(new JournalEvent(JournalEventKind.CleanupFailed, segment.Path, 0, 0, exception));
                return;
            }
            lock (index.Gate)
                index.Segments.RemoveAt(0);
            segment.Release();
            options.Observer?.Invoke(new JournalEvent(JournalEventKind.SegmentRemoved, segment.Path, 0, 0));
        }
    }
}

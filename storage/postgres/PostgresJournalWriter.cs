using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using Trading.Storage.Journal;

namespace Trading.Storage.Postgres;

/// <summary>
/// Gathers appends into commits. Up to <see cref="PostgresJournalOptions.Lanes"/> commits are in flight; what arrives meanwhile travels in the next one.
/// A lost answer is looked for before anything else is served.
/// </summary>
/// <remarks>
/// While a lane is free an append is sent on its caller's thread, up to the first wait for the network, and when nothing else waits its answer is given on the
/// thread that read it: each change of thread costs a good part of what a commit takes. After a commit of several appends the next one begins behind
/// everything that the pool has to do already, that is behind the callers who were answered and come back: otherwise the first of them would travel alone
/// and all others wait for it.
/// </remarks>
internal sealed class PostgresJournalWriter
{
    private const int MaxRepetitions = 10;

    private readonly PostgresJournalOptions _options;
    private readonly LostCommits _lost;
    private readonly Lock _gate = new();
    private readonly LinkedList<AppendRequest> _waiting = new();
    private readonly JournalLane[] _lanes;
    private readonly Stack<JournalLane> _free;

    /// <summary>The last commit was of several appends, so there will be more than this one in the next, too: whoever was just answered is about to come back.</summary>
    private volatile bool _isBusy;
    private bool _closed;
    private bool _isOut;
    private TaskCompletionSource? _idle;

    public PostgresJournalWriter(NpgsqlDataSource database, PostgresJournalOptions options, LostCommits lost)
    {
        _options = options;
        _lost = lost;
        _lanes = [.. Enumerable.Range(0, options.Lanes).Select(_ => new JournalLane(database))];
        _free = new Stack<JournalLane>(_lanes);
    }

    /// <exception cref="ObjectDisposedException">The journal has been closed.</exception>
    public Task<AppendResult> Add(AppendRequest request)
    {
        JournalLane? lane;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(PostgresSessionJournal));
            _waiting.AddLast(request);
            _free.TryPop(out lane);
        }

        if (lane is null) return request.Answer;
        if (_isBusy) ThreadPool.UnsafeQueueUserWorkItem(static start => _ = start.Writer.RunAsync(start.Lane), (Writer: this, Lane: lane), preferLocal: false);
        else _ = RunAsync(lane);
        return request.Answer;
    }

    /// <summary>Takes nothing more and returns when everything taken has been answered.</summary>
    public async Task CloseAsync()
    {
        Task idle;
        lock (_gate)
        {
            _closed = true;
            if (_free.Count < _lanes.Length) _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle?.Task ?? Task.CompletedTask;
        }

        await idle.ConfigureAwait(false);
        foreach (var lane in _lanes) await lane.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(JournalLane lane)
    {
        // the lane was started by the call of one session and works for all of them
        Activity.Current = null;
        var group = TakeGroup(lane);
        while (group is not null)
        {
            try
            {
                await MeasureAsync(lane, group).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever went wrong, every caller gets an answer and the lane goes on
            catch (Exception problem)
#pragma warning restore CA1031
            {
                await lane.DropAsync().ConfigureAwait(false);
                foreach (var request in group) request.Fail(new UncertainAppendException("The append failed in an unexpected way; nobody knows whether it is durable.", problem));
            }

            // what is not decided goes again, before all others; from then on it may be another lane's
            if (group.FindAll(request => !request.IsDecided) is { Count: > 0 } again)
            {
                group.RemoveAll(again.Contains);
                GoAgain(again);
            }

            var next = TakeGroup(lane);
            Answer(group, isLast: next is null);
            group = next;
        }
    }

    /// <summary>The last answers of a lane that has become free may be given on this thread: if a caller keeps it, nobody waits for it.</summary>
    private static void Answer(List<AppendRequest> group, bool isLast)
    {
        var here = isLast && group.Count == 1 && RuntimeHelpers.TryEnsureSufficientExecutionStack();
        foreach (var request in group) request.Publish(here);
    }

    /// <summary>The next group, in the order of the keys: the first waiting append of each session, as many as the bounds allow. Null: there is none, and the lane is free.</summary>
    private List<AppendRequest>? TakeGroup(JournalLane lane)
    {
        lock (_gate)
        {
            var group = new List<AppendRequest>();
            var keys = _waiting.Count > 1 ? new HashSet<SessionKey>() : null;
            long bytes = 0;
            for (var node = _waiting.First; node is not null && group.Count < _options.MaxAppendsPerCommit;)
            {
                var (next, request) = (node.Next, node.Value);
                if (request.Cancellation.IsCancellationRequested)
                {
                    _waiting.Remove(node);
                    request.Cancel();
                }
                else if (keys is null || keys.Add(request.Key))
                {
                    if (group.Count > 0 && (request.Alone || bytes + request.Bytes > _options.MaxBytesPerCommit)) break;
                    bytes += request.Bytes;
                    _waiting.Remove(node);
                    group.Add(request);
                    if (request.Alone) break;
                }

                node = next;
            }

            if (group.Count > 1) group.Sort((left, right) => left.OrderKey.AsSpan().SequenceCompareTo(right.OrderKey));
            if (group.Count > 0)
            {
                _isBusy = group.Count > 1;
                return group;
            }

            _free.Push(lane);
            if (_free.Count == _lanes.Length) _idle?.TrySetResult();
            return null;
        }
    }

    private void GoAgain(List<AppendRequest> group)
    {
        lock (_gate)
        {
            foreach (var request in group) _waiting.AddFirst(request);
        }
    }

    private async Task MeasureAsync(JournalLane lane, List<AppendRequest> group)
    {
        var measure = CommitMeasure.Begin(JournalMetrics.Postgres, group.Select(static request => request.Measure));
        var outcome = CommitMeasure.Failed;
        try
        {
            outcome = await CommitAsync(lane, group).ConfigureAwait(false);
        }
        finally
        {
            measure.End(outcome, group.Count, group.Sum(static request => request.Bytes));
        }
    }

    /// <returns>How it went, as a commit is measured.</returns>
    private async Task<string> CommitAsync(JournalLane lane, List<AppendRequest> group)
    {
        NpgsqlConnection connection;
        try
        {
            // an earlier commit whose outcome nobody knows could still change what this one compares with
            await _lost.SettleAsync(CancellationToken.None).ConfigureAwait(false);
            connection = await lane.ConnectAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem) || problem is JournalUnavailableException)
        {
            Refuse(group, problem);
            return CommitMeasure.Failed;
        }

        var backend = connection.ProcessID;
        try
        {
            var written = await WriteAsync(connection, group).ConfigureAwait(false);
            foreach (var request in group)
            {
                if (written.Contains(request.Id)) request.Appended();
            }
        }
        catch (Exception failure) when (PostgresFailures.IsOutage(failure))
        {
            await lane.DropAsync().ConfigureAwait(false);
            return await HandleAsync(failure, group, backend).ConfigureAwait(false);
        }

        Outage(isOut: false);
        if (group.Exists(request => !request.IsDecided)) await TellVersionsAsync(lane, connection, group.FindAll(request => !request.IsDecided)).ConfigureAwait(false);
        return CommitMeasure.Committed;
    }

    /// <summary>Writes a group in one transaction and returns the ids of the appends whose expected version was the actual one.</summary>
    private async Task<HashSet<long>> WriteAsync(NpgsqlConnection connection, List<AppendRequest> group)
    {
        var written = new HashSet<long>();
        var batch = new NpgsqlBatch(connection) { Timeout = _options.StatementSeconds };
        await using (batch.ConfigureAwait(false))
        {
            AppendStatements.AddTo(batch, group);
            ReadModelStatements.AddTo(batch, group);
            var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                do
                {
                    while (await reader.ReadAsync().ConfigureAwait(false)) written.Add(reader.GetInt64(0));
                }
                while (await reader.NextResultAsync().ConfigureAwait(false));

                // the rows arrive before the commit; only the end of the batch says that it is durable
                await reader.CloseAsync().ConfigureAwait(false);
            }
        }

        return written;
    }

    /// <summary>The transaction is over and wrote nothing of these: another writer has their sessions. They are told at which version.</summary>
    private async Task TellVersionsAsync(JournalLane lane, NpgsqlConnection connection, List<AppendRequest> group)
    {
        var versions = new Dictionary<long, long>();
        try
        {
            var command = AppendStatements.VersionsOf(connection, group);
            await using (command.ConfigureAwait(false))
            {
                var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync().ConfigureAwait(false)) versions.Add(reader.GetInt64(0), reader.GetInt64(1));
                }
            }
        }
        catch (Exception failure) when (PostgresFailures.IsOutage(failure))
        {
            await lane.DropAsync().ConfigureAwait(false);
            Refuse(group, failure);
            return;
        }

        foreach (var request in group)
        {
            var actual = versions.GetValueOrDefault(request.Id);
            if (actual != request.ExpectedVersion) request.Conflict(actual);
            else RepeatOrGiveUp(request, "another writer came in between");
        }
    }

    private async Task<string> HandleAsync(Exception failure, List<AppendRequest> group, int backend)
    {
        switch (PostgresFailures.Of(failure))
        {
            case PostgresFailure.Transient:
                foreach (var request in group) RepeatOrGiveUp(request, PostgresFailures.OneLine(failure));
                return CommitMeasure.Failed;
            case PostgresFailure.NotWritten when group.Count > 1 && PostgresFailures.IsAboutData(failure):
                // whose data it was is not said: each is tried by itself, so that the others do not suffer
                foreach (var request in group) request.Alone = true;
                Tell(PostgresJournalEventKind.Repeated, PostgresFailures.OneLine(failure), group.Count);
                return CommitMeasure.Failed;
            case PostgresFailure.NotWritten:
                Refuse(group, failure);
                return CommitMeasure.Failed;
            default:
                Tell(PostgresJournalEventKind.AnswerLost, PostgresFailures.OneLine(failure), group.Count);
                await ResolveAsync(_lost.Add(backend), failure, group).ConfigureAwait(false);
                return CommitMeasure.Uncertain;
        }
    }

    /// <summary>Finds out what became of a commit whose answer was lost: records of appends that were committed carry their ids.</summary>
    private async Task ResolveAsync(LostCommit commit, Exception failure, List<AppendRequest> group)
    {
        try
        {
            await _lost.SettleAsync(CancellationToken.None).ConfigureAwait(false);
            var written = await _lost.FindAsync(group, CancellationToken.None).ConfigureAwait(false);
            foreach (var request in group)
            {
                if (written.Contains(request.Id)) request.Appended();
                else RepeatOrGiveUp(request, PostgresFailures.OneLine(failure));
            }

            Tell(PostgresJournalEventKind.OutcomeFound, $"{written.Count} of {group.Count} appends had been committed", group.Count);
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem) || problem is JournalUnavailableException)
        {
            Outage(isOut: true);
            Tell(PostgresJournalEventKind.OutcomeUnknown, $"backend {commit.Backend}: {PostgresFailures.OneLine(problem)}", group.Count);
            foreach (var request in group) request.Fail(new UncertainAppendException("The answer of the database was lost and it cannot be asked again: the append may or may not be durable.", failure));
        }
    }

    /// <summary>Leaves the append undecided, which repeats it, unless that has been done often enough.</summary>
    private void RepeatOrGiveUp(AppendRequest request, string reason)
    {
        if (++request.Repetitions > MaxRepetitions)
        {
            request.Fail(new JournalUnavailableException($"The append was repeated {MaxRepetitions} times without success ({reason}); nothing was written."));
            return;
        }

        Tell(PostgresJournalEventKind.Repeated, reason, 1);
    }

    private void Refuse(List<AppendRequest> group, Exception problem)
    {
        Outage(isOut: true);
        Tell(PostgresJournalEventKind.Unavailable, PostgresFailures.OneLine(problem), group.Count);
        foreach (var request in group) request.Fail(new JournalUnavailableException($"The database does not accept appends: {PostgresFailures.OneLine(problem)}. Nothing was written.", problem));
    }

    /// <summary>An outage lasts from the first commit that was not accepted to the next one that is.</summary>
    private void Outage(bool isOut)
    {
        if (Interlocked.Exchange(ref _isOut, isOut) == isOut) return;
        if (isOut) JournalMetrics.OutageBegan(JournalMetrics.Postgres);
        else JournalMetrics.OutageEnded(JournalMetrics.Postgres);
    }

    private void Tell(PostgresJournalEventKind kind, string message, int appends) => _options.Observer?.Invoke(new PostgresJournalEvent(kind, message, appends));
}

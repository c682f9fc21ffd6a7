using System.Diagnostics;
using Npgsql;
using Trading.Storage.Journal;

namespace Trading.Storage.Postgres;

/// <summary>
/// Gathers appends into commits. Up to <see cref="PostgresJournalOptions.Lanes"/> commits are in flight; what arrives meanwhile travels in the next one.
/// A lost answer is looked for before anything else is served.
/// </summary>
internal sealed class PostgresJournalWriter(NpgsqlDataSource database, PostgresJournalOptions options, LostCommits lost)
{
    private const int MaxRepetitions = 10;

    private readonly Lock _gate = new();
    private readonly LinkedList<AppendRequest> _waiting = new();
    private int _lanes;
    private bool _closed;
    private bool _isOut;
    private TaskCompletionSource? _idle;

    /// <exception cref="ObjectDisposedException">The journal has been closed.</exception>
    public Task<AppendResult> Add(AppendRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(PostgresSessionJournal));
            _waiting.AddLast(request);
            if (_lanes < options.Lanes)
            {
                _lanes++;
                _ = Task.Run(RunLaneAsync);
            }
        }

        return request.Answer;
    }

    /// <summary>Takes nothing more and returns when everything taken has been answered.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_lanes == 0) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private async Task RunLaneAsync()
    {
        // the lane was started by the call of one session and works for all of them
        Activity.Current = null;
        while (TakeGroup() is { } group)
        {
            try
            {
                await MeasureAsync(group).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever went wrong, every caller gets an answer and the lane goes on
            catch (Exception problem)
#pragma warning restore CA1031
            {
                foreach (var request in group) request.Fail(new UncertainAppendException("The append failed in an unexpected way; nobody knows whether it is durable.", problem));
            }
        }
    }

    /// <summary>The next group: the first waiting append of each session, as many as the bounds allow. Null ends the lane.</summary>
    private List<AppendRequest>? TakeGroup()
    {
        lock (_gate)
        {
            var group = new List<AppendRequest>();
            var keys = new HashSet<SessionKey>();
            long bytes = 0;
            for (var node = _waiting.First; node is not null && group.Count < options.MaxAppendsPerCommit;)
            {
                var (next, request) = (node.Next, node.Value);
                if (request.Cancellation.IsCancellationRequested)
                {
                    _waiting.Remove(node);
                    request.Cancel();
                }
                else if (keys.Add(request.Key))
                {
                    if (group.Count > 0 && bytes + request.Bytes > options.MaxBytesPerCommit) break;
                    bytes += request.Bytes;
                    _waiting.Remove(node);
                    group.Add(request);
                }

                node = next;
            }

            if (group.Count > 0) return group;
            _lanes--;
            if (_lanes == 0) _idle?.TrySetResult();
            return null;
        }
    }

    private void GoAgain(AppendRequest request)
    {
        lock (_gate) _waiting.AddFirst(request);
    }

    private async Task MeasureAsync(List<AppendRequest> group)
    {
        var measure = CommitMeasure.Begin(JournalMetrics.Postgres, group.Select(static request => request.Measure));
        var outcome = CommitMeasure.Failed;
        try
        {
            outcome = await CommitAsync(group).ConfigureAwait(false);
        }
        finally
        {
            measure.End(outcome, group.Count, group.Sum(static request => (long)request.Bytes));
        }
    }

    /// <returns>How it went, as a commit is measured.</returns>
    private async Task<string> CommitAsync(List<AppendRequest> group)
    {
        NpgsqlConnection connection;
        try
        {
            // an earlier commit whose outcome nobody knows could still change what this one compares with
            await lost.SettleAsync(CancellationToken.None).ConfigureAwait(false);
            connection = await database.OpenConnectionAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem) || problem is JournalUnavailableException)
        {
            Refuse(group, problem);
            return CommitMeasure.Failed;
        }

        Exception? failure = null;
        (bool Appended, long? Version)[] outcomes = [];
        var backend = connection.ProcessID;
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                outcomes = await ExecuteAsync(connection, group).ConfigureAwait(false);
            }
            catch (Exception problem) when (PostgresFailures.IsOutage(problem))
            {
                failure = problem;
            }
        }

        // the connection is back in the pool before anybody hears of the outcome, so that the next append finds it there
        if (failure is not null) return await HandleAsync(failure, group, backend).ConfigureAwait(false);
        Publish(group, outcomes);
        return CommitMeasure.Committed;
    }

    private async Task<(bool Appended, long? Version)[]> ExecuteAsync(NpgsqlConnection connection, List<AppendRequest> group)
    {
        var outcomes = new (bool Appended, long? Version)[group.Count];
        var command = AppendStatement.Of(connection, group, options.StatementTimeout);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync().ConfigureAwait(false)) outcomes[reader.GetInt32(0)] = (reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetInt64(2));

                // the rows arrive before the commit; only the end of the statement says that it is durable
                await reader.CloseAsync().ConfigureAwait(false);
            }
        }

        return outcomes;
    }

    private void Publish(List<AppendRequest> group, (bool Appended, long? Version)[] outcomes)
    {
        Outage(isOut: false);
        for (var no = 0; no < group.Count; no++)
        {
            var (request, (appended, version)) = (group[no], outcomes[no]);
            if (appended) request.Appended();
            else if (version is { } actual && actual != request.ExpectedVersion) request.Conflict(actual);
            else if (version is null && request.ExpectedVersion > 0) request.Conflict(0);
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
            case PostgresFailure.NotWritten:
                Refuse(group, failure);
                return CommitMeasure.Failed;
            default:
                Tell(PostgresJournalEventKind.AnswerLost, PostgresFailures.OneLine(failure), group.Count);
                await ResolveAsync(lost.Add(backend), failure, group).ConfigureAwait(false);
                return CommitMeasure.Uncertain;
        }
    }

    /// <summary>Finds out what became of a commit whose answer was lost: records of appends that were committed carry their ids.</summary>
    private async Task ResolveAsync(LostCommit commit, Exception failure, List<AppendRequest> group)
    {
        try
        {
            await lost.SettleAsync(CancellationToken.None).ConfigureAwait(false);
            var written = await lost.FindAsync(group, CancellationToken.None).ConfigureAwait(false);
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

    private void RepeatOrGiveUp(AppendRequest request, string reason)
    {
        if (++request.Repetitions > MaxRepetitions)
        {
            request.Fail(new JournalUnavailableException($"The append was repeated {MaxRepetitions} times without success ({reason}); nothing was written."));
            return;
        }

        Tell(PostgresJournalEventKind.Repeated, reason, 1);
        GoAgain(request);
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

    private void Tell(PostgresJournalEventKind kind, string message, int appends) => options.Observer?.Invoke(new PostgresJournalEvent(kind, message, appends));
}

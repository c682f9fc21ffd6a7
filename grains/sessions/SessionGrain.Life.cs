using Microsoft.Extensions.Logging;
using Trading.Engine.Snapshot;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;

namespace Trading.Grains.Sessions;

/// <summary>Recovery, durability, and what the rest of the system is told about a session.</summary>
public sealed partial class SessionGrain
{
    private const string NotResumed = "The session was not resumed in time";

    private long _version;
    private bool _isLoaded;
    private bool _isDirty;
    private int _recordsSinceSnapshot;
    private int _ticksAtSnapshot;
    private SessionLimits _limits = new(false, null);
    private bool _startTold;
    private bool _endTold;
    private bool _resultKept;
    private int _ticksMetered;
    private long _portfolioSequence;
    private bool _lastShown;
    private int _fillsShown = -1;
    private DateTimeOffset _portfolioAt;
    private Task _portfolio = Task.CompletedTask;
    private PortfolioUpdate? _portfolioNext;
    private IGrainTimer? _deadline;
    private DateTimeOffset _deadlineAt;

    /// <summary>Latest snapshot, then the records after it.</summary>
    private async Task Load(CancellationToken cancellationToken)
    {
        var snapshot = await journal.LoadSnapshotAsync(_key, cancellationToken);
        var records = await ReadAfter(snapshot?.Version ?? 0, cancellationToken);
        _version = (snapshot?.Version ?? 0) + records.Count;
        try
        {
            if (_version > 0) await Recover(snapshot, records, cancellationToken);
        }
        catch (SnapshotException unreadable)
        {
            // a snapshot is a shortcut that another version need not understand; the records are kept for this (decision 011)
            LogSnapshotUnreadable(_key.Tenant, _key.Session, unreadable.Message);
            await Recover(null, await ReadAfter(0, cancellationToken), cancellationToken);
        }

        _isLoaded = true;
    }

    private async Task<List<SessionRecord>> ReadAfter(long version, CancellationToken cancellationToken)
    {
        var records = new List<SessionRecord>();
        await foreach (var record in journal.ReadAsync(_key, version, cancellationToken)) records.Add(SessionRecord.Parse(record.Payload.Span));
        return records;
    }

    private async Task Recover(JournalSnapshot? snapshot, List<SessionRecord> records, CancellationToken cancellationToken)
    {
        SnapshotBody? body = null;
        ReadOnlyMemory<byte>? engine = null;
        if (snapshot is { } saved)
        {
            body = SessionSnapshot.Read(saved.Snapshot, out var bytes);
            engine = bytes;
        }

        var definition = DefinitionOf(body, records);
        if (HasEnded(definition, body, records)) return;
        ISimulationRun run;
        try
        {
            run = await loader.Load(definition, engine, cancellationToken);
        }
        catch (SessionDataException gone)
        {
            LogDataGone(_key.Tenant, _key.Session, gone.Message);
            _ended = Ended("The data of the session have changed", definition);
            return;
        }

        var machine = new SessionMachine(definition, run, _options);
        if (body is not null) machine.Restore(body);
        foreach (var record in records) machine.Replay(record);
        _machine = machine;
        _recordsSinceSnapshot = records.Count;
        _ticksAtSnapshot = machine.CompletedTicks;
        _isDirty = records.Count > 0;
        _startTold = _endTold = machine.End != SessionEnd.No;
        _resultKept = machine.End != SessionEnd.No;
        LogRecovered(_key.Session, _version, records.Count, machine.CompletedTicks);
    }

    private SessionDefinition DefinitionOf(SnapshotBody? body, List<SessionRecord> records) => body is not null
        ? SessionMachine.DefinitionOf(_key.Tenant, body.Created, body.CreatedAt)
        : SessionMachine.DefinitionOf(_key.Tenant, records[0].Created!, records[0].At);

    /// <summary>A failed, discarded or expired session is not replayed: whatever made it fail would happen again.</summary>
    private bool HasEnded(SessionDefinition definition, SnapshotBody? body, List<SessionRecord> records)
    {
        var last = records.Count > 0 ? records[^1] : null;
        var failed = last is { Kind: RecordKind.Failed or RecordKind.Discarded or RecordKind.Expired } || (last is null && body!.Phase == SessionState.Error);
        if (failed)
        {
            _ended = Ended(last?.Kind == RecordKind.Expired ? NotResumed : "The session has ended", definition);
            return true;
        }

        var completed = last?.Kind == RecordKind.Completed || (last is null && body!.Phase == SessionState.Completed);
        var lastAt = Instants.FromMicros(last?.At ?? body!.LastRecordAt);
        if (completed || time.GetUtcNow() - lastAt <= _options.ResumableFor) return false;
        _ended = Ended(NotResumed, definition);
        return true;
    }

    private static EndedSession Ended(string why, SessionDefinition definition) =>
        new(why, new SessionStatus(definition.SessionId, SessionState.Error, definition.Loaded.Select(loaded => loaded.Symbol).ToArray(), 0, 0, 0, 0, definition.Extensions, false));

    /// <summary>Makes what the machine wrote durable. Until it returns, nothing of it may be told to anybody.</summary>
    private async Task Commit(SessionMachine machine)
    {
        var records = NotYetWritten(machine.TakeRecords());
        if (machine.CompletedTicks > _ticksAtSnapshot) _isDirty = true;
        if (records.Count == 0) return;
        AppendResult result;
        try
        {
            result = await journal.AppendAsync(_key, _version, records, ChangeOf(machine), CancellationToken.None);
        }
        catch (Exception failure) when (failure is UncertainAppendException or JournalUnavailableException or IOException)
        {
            throw Interrupt("the session's inputs could not be written for certain", failure);
        }

        if (!result.IsAppended) throw Interrupt($"another writer has the session at version {result.Version}", null);
        _version = result.Version;
        _recordsSinceSnapshot += records.Count;
        _isDirty = true;
    }

    /// <summary>The memory may be ahead of the journal, or behind it: throw it away, so that the next call reads the truth.</summary>
    private SessionInterruptedException Interrupt(string why, Exception? failure)
    {
        LogInterrupted(failure, _key.Tenant, _key.Session, why);
        SessionMetrics.Interrupted(failure);
        Forget();
        Disown();
        DeactivateOnIdle();
        return new SessionInterruptedException(why);
    }

    private void Forget()
    {
        _deadline?.Dispose();
        _deadline = null;
        _machine = null;
        _ended = null;
        _isLoaded = false;
        _isDirty = false;
        _version = 0;
        _recordsSinceSnapshot = 0;
        _ticksAtSnapshot = 0;
        _startTold = _endTold = _resultKept = false;
        _ticksMetered = 0;
        (_fillsShown, _lastShown) = (-1, false);
        CountInMemory();
    }

    private async Task LoadLimits()
    {
        var limits = await Tenant.GetLimits();
        var duration = limits.Limits.GetValueOrDefault("max_simulation_duration_sec", int.MaxValue);
        var orders = limits.Limits.GetValueOrDefault("orders_per_minute", int.MaxValue);
        _limits = new SessionLimits(orders < int.MaxValue, duration < int.MaxValue ? (int)duration : null);
    }

    /// <summary>Snapshots cost what a session has grown to, so they are taken when it has grown by a fixed share since the last one.</summary>
    private bool WantsSnapshot(SessionMachine machine) =>
        machine.End == SessionEnd.Completed
        || _recordsSinceSnapshot >= Math.Max(_options.SnapshotRecords, machine.OrderCount / 2)
        || machine.CompletedTicks - _ticksAtSnapshot >= _options.SnapshotTicks;

    private async Task SaveSnapshot()
    {
        if (_machine is not { } machine || _version == 0) return;
        using var span = SessionTracing.Begin("session.snapshot", _key.Session);
        try
        {
            var snapshot = machine.Snapshot();
            // a session too large for a snapshot is replayed from the last one that fitted
            if (snapshot.Length <= JournalLimits.MaxSnapshotBytes) await journal.SaveSnapshotAsync(_key, _version, snapshot, CancellationToken.None);
            SessionMetrics.SnapshotSaved(snapshot.Length);
            span?.SetTag("trading.snapshot.bytes", snapshot.Length);
            _isDirty = false;
        }
#pragma warning disable CA1031 // a snapshot only shortens replay; the journal holds everything
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNoSnapshot(failure, _key.Tenant, _key.Session);
            SessionMetrics.SnapshotFailed();
        }

        // also after a failure: the next attempt waits until the session has grown again
        _recordsSinceSnapshot = 0;
        _ticksAtSnapshot = machine.CompletedTicks;
    }

    /// <summary>
    /// Tells tenant, results and portfolio what happened. Every call is idempotent: one that fails is made again at the next occasion, and
    /// never makes the client's call fail.
    /// </summary>
    private async Task Settle(bool final)
    {
        if (_machine is not { } machine) return;
        try
        {
            await SettleTenant(machine, final);
            if (machine.End == SessionEnd.Completed && !_resultKept && machine.Report() is { } report)
            {
                await results.SaveAsync(_key, System.Text.Encoding.UTF8.GetBytes(report), CancellationToken.None);
                _resultKept = true;
            }
        }
#pragma warning disable CA1031 // see the summary
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnsettled(failure, _key.Tenant, _key.Session);
        }

        ShowPortfolio(machine, final);
    }

    private async Task SettleTenant(SessionMachine machine, bool final)
    {
        if (_endTold) return;
        if (machine.IsStarted && !_startTold)
        {
            await Tenant.SessionStarted(_key.Session);
            _startTold = true;
        }

        var ticks = machine.TicksSent;
        if (ticks > _ticksMetered && (final || ticks - _ticksMetered >= _options.MeterTicks))
        {
            await Tenant.MeterTicks(_key.Session, ticks);
            _ticksMetered = ticks;
        }

        if (machine.End == SessionEnd.No) return;
        if (machine.End == SessionEnd.Completed && machine.Definition.Extensions.Contains("report")) await Tenant.MeterReport(_key.Session);
        await Tenant.SessionEnded(_key.Session);
        _endTold = true;
    }

    /// <summary>
    /// At most one update on its way, and not more often than the interval; the last state of a session always gets there. A session that leaves memory tells what is
    /// not known yet and nothing else: a silo that goes down with hundreds of them would only look for places for their portfolios.
    /// </summary>
    private void ShowPortfolio(SessionMachine machine, bool final)
    {
        var now = time.GetUtcNow();
        var isLast = final && machine.End != SessionEnd.No && !_lastShown;
        if (machine.FillCount == _fillsShown && !isLast) return;
        if (!final && (!_portfolio.IsCompleted || now - _portfolioAt < _options.PortfolioEvery)) return;
        _lastShown |= isLast;
        _fillsShown = machine.FillCount;
        _portfolioAt = now;
        _portfolioSequence++;
        var update = PortfolioNow(machine);
        if (_portfolio.IsCompleted) _portfolio = Show(update);
        else _portfolioNext = update;
    }

    private async Task Show(PortfolioUpdate update)
    {
        await ShowOne(update);
        while (_portfolioNext is { } next)
        {
            _portfolioNext = null;
            await ShowOne(next);
        }
    }

    private async Task ShowOne(PortfolioUpdate update)
    {
        try
        {
            await GrainFactory.GetGrain<IPortfolioGrain>(GrainKeys.Portfolio(_key.Tenant, _key.Session)).Apply(update);
        }
#pragma warning disable CA1031 // a copy for dashboards; it asks for the state when it misses one
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogPortfolioMissed(failure, _key.Session, update.Sequence);
        }
    }

    private PortfolioUpdate PortfolioNow(SessionMachine machine)
    {
        var account = machine.Account();
        var at = machine.SimTime();
        return new PortfolioUpdate(_portfolioSequence, at, account, new[] { new EquityPoint(at, account.Equity) });
    }

    /// <summary>Wakes the connection when real time brings about something that the session has to say (SIM-055, SIM-227).</summary>
    private void ArmDeadline(SessionMachine machine)
    {
        if (_observer is null || machine.NextDeadline() is not { } deadline) return;
        if (_deadline is not null && deadline >= _deadlineAt) return;
        _deadline?.Dispose();
        _deadlineAt = deadline;
        var due = deadline - time.GetUtcNow();
        // timers take at most 49 days
        if (due > TimeSpan.FromDays(30)) due = TimeSpan.FromDays(30);
        _deadline = this.RegisterGrainTimer(_ => Wake(), new GrainTimerCreationOptions { DueTime = due < TimeSpan.Zero ? TimeSpan.Zero : due, Period = Timeout.InfiniteTimeSpan });
    }

    private async Task Wake()
    {
        _deadline?.Dispose();
        _deadline = null;
        if (_machine is not { } machine || _observer is not { } observer || _connectionId is not { } connection) return;
        var now = time.GetUtcNow();
        if (machine.NextDeadline() is { } deadline && deadline <= now) await Tell(observer, () => observer.Wake(connection));
        else ArmDeadline(machine);
    }

    private async Task Tell(ISessionObserver observer, Func<Task> hint)
    {
        try
        {
            await hint();
        }
#pragma warning disable CA1031 // a hint to a gateway that may be gone
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogHintLost(failure, _key.Session);
            if (ReferenceEquals(_observer, observer)) _observer = null;
        }
    }

    /// <param name="OrdersLimited">The plan has an <c>orders_per_minute</c>.</param>
    /// <param name="MaxDurationSec">SIM-053; null = lifted.</param>
    private sealed record SessionLimits(bool OrdersLimited, int? MaxDurationSec);

    [LoggerMessage(3100, LogLevel.Error, "Session {Session} of {Tenant} ended by a fault of ours; its journal reproduces it")]
    private partial void LogFailed(Exception failure, string tenant, string session);

    [LoggerMessage(3101, LogLevel.Warning, "Session {Session} of {Tenant} starts again from its journal: {Why}")]
    private partial void LogInterrupted(Exception? failure, string tenant, string session, string why);

    [LoggerMessage(3102, LogLevel.Information, "Session {Session} recovered at version {Version} from {Records} records, {Ticks} ticks complete")]
    private partial void LogRecovered(string session, long version, int records, int ticks);

    [LoggerMessage(3103, LogLevel.Warning, "Session {Session} of {Tenant} cannot go on: {Why}")]
    private partial void LogDataGone(string tenant, string session, string why);

    [LoggerMessage(3104, LogLevel.Warning, "No snapshot of session {Session} of {Tenant} was saved")]
    private partial void LogNoSnapshot(Exception failure, string tenant, string session);

    [LoggerMessage(3105, LogLevel.Warning, "Session {Session} of {Tenant} could not report to its tenant or keep its result; it will try again")]
    private partial void LogUnsettled(Exception failure, string tenant, string session);

    [LoggerMessage(3106, LogLevel.Debug, "The portfolio of session {Session} missed update {Sequence}")]
    private partial void LogPortfolioMissed(Exception failure, string session, long sequence);

    [LoggerMessage(3107, LogLevel.Debug, "A hint to the connection of session {Session} was lost")]
    private partial void LogHintLost(Exception failure, string session);

    [LoggerMessage(3109, LogLevel.Warning, "The snapshot of session {Session} of {Tenant} cannot be used, everything is replayed: {Why}")]
    private partial void LogSnapshotUnreadable(string tenant, string session, string why);

    [LoggerMessage(3108, LogLevel.Information, "Session {Session} resumed after tick {Tick}, client state {ClientStateHash}")]
    private partial void LogResumed(string session, long tick, string? clientStateHash);
}

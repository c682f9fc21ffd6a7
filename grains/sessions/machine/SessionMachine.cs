using Trading.Engine.Orders;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>
/// One session as a pure state machine: commands in, outputs and journal records out. It knows no clock (every call brings the wall time) and does
/// no I/O; the grain around it makes the records durable before it hands out the outputs.
/// </summary>
/// <remarks>
/// Not thread-safe: a single writer owns it. Commands wait in line: one is applied only when everything that those before it set in motion has
/// been executed, so the tick that an order belongs to never depends on how the messages were cut into calls (SIM-222).
/// </remarks>
public sealed partial class SessionMachine
{
    private readonly ISimulationRun _run;
    private readonly SessionOptions _options;
    private readonly SessionExtensions _extensions;
    private readonly SessionOutbox _outbox = new();
    private readonly SessionOrders _orders = new();
    private readonly BatchLedger _batches = new();
    private readonly TickWindow _window = new();
    private readonly Queue<SessionCommand> _waiting = new();
    private readonly EventRelay _relay;
    private readonly OrderDesk _desk;
    private readonly string[] _symbols;

    private SessionState _phase = SessionState.Ready;
    private bool _clientPaused;
    private bool _connected;
    private StartedBody _start = new(1, AccountUpdateFrequency.EveryFill, true, null);
    private DateTimeOffset _startedAt;
    private DateTimeOffset _endedAt;
    private DateTimeOffset _lastRecordAt;
    private int _sentEver;
    private bool _sentIsKnown = true;
    private int _intervals;
    private PendingAdvance? _advance;
    private PendingResume? _resume;
    private DateTimeOffset? _ordersWaitingSince;
    private int _warnedTick;
    private IReadOnlyList<SessionOutput> _resumeWarnings = [];

    public SessionMachine(SessionDefinition definition, ISimulationRun run, SessionOptions options)
    {
        Definition = definition;
        _run = run;
        _options = options;
        _extensions = SessionExtensionNames.Parse(definition.Extensions);
        _relay = new EventRelay(run, definition, _extensions, _orders, _outbox);
        _desk = new OrderDesk(run, definition, _extensions, _orders, _batches, _outbox);
        _symbols = definition.Loaded.Select(loaded => loaded.Symbol).ToArray();
        _lastRecordAt = definition.CreatedAt;
    }

    public SessionDefinition Definition { get; }

    /// <summary>One of the six states of SIM-125.</summary>
    public SessionState State => _phase == SessionState.Running && (_clientPaused || !_connected) ? SessionState.Paused : _phase;

    /// <summary>How the session is over.</summary>
    public SessionEnd End { get; private set; }

    public bool IsConnected => _connected;

    public int CompletedTicks => _run.CompletedTicks;

    public int TickCount => _run.TickCount;

    /// <summary>Ticks 1 to this were sent or skipped by the client's wish: the number that is metered (SIM-075).</summary>
    public int TicksSent => _sentEver;

    /// <summary>Wall time of the last record, which the time of expiry counts from (SIM-266).</summary>
    public DateTimeOffset LastRecordAt => _lastRecordAt;

    public bool IsStarted => _phase is SessionState.Running or SessionState.Completed;

    public int OrderCount => _orders.Count;

    public int FillCount => _orders.Fills.Count;

    /// <summary>Bytes of the records that wait to be appended.</summary>
    public long RecordBytes => _outbox.RecordBytes;

    /// <summary>What happened since whoever measures has cleared it.</summary>
    public SessionTally Tally => _outbox.Tally!;

    /// <summary>What to tell the client, in order; only after <see cref="TakeRecords"/> are durable.</summary>
    public IReadOnlyList<SessionOutput> TakeOutputs() => _outbox.TakeOutputs();

    /// <summary>What to append to the journal, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> TakeRecords() => _outbox.TakeRecords();

    /// <summary>State and progress.</summary>
    public SessionStatus Status() => new(
        Definition.SessionId,
        State,
        _symbols,
        _window.Sent == 0 ? 0 : _run.TimeOf(_window.Sent),
        _window.Sent,
        _run.CompletedTicks,
        _run.TickCount,
        Definition.Extensions,
        _connected);

    public AccountState Account() => _run.Account();

    /// <summary>Simulated time of the account, microseconds UTC.</summary>
    public long SimTime() => _run.TimeOf(_run.CompletedTicks + 1);

    /// <summary>The order as its three records; null when the session never saw it.</summary>
    public OrderRecord? Order(string orderId)
    {
        if (_orders.ById(orderId) is not { } entry) return null;
        var reason = entry.IsOpen && entry.Number > 0 ? _run.ReasonOf(entry.Number) : entry.Reason;
        return _orders.Record(entry, reason);
    }

    /// <summary>The detailed report as JSON; null before the end.</summary>
    public string? Report() => _phase == SessionState.Completed ? _run.Report(Definition.SessionId, Refused) : null;

    /// <summary>Puts a command in line. A pause ends an advance at once, so that it does not wait for it.</summary>
    public void Enqueue(SessionCommand command)
    {
        if (_waiting.Count >= _options.MaxWaitingCommands)
        {
            _outbox.Tally!.Refusals++;
            _outbox.Say(SessionErrors.Validation("INVALID_SESSION_STATE", "Too many messages wait for the advance in progress", command.RequestId));
            return;
        }

        _waiting.Enqueue(command);
        if (command is (PauseCommand or DiscardCommand) && _advance is { } advance) advance.Interrupted = true;
    }

    /// <summary>Executes what may be executed, at most <paramref name="budget"/> ticks; false when there is more to do.</summary>
    public bool Pump(DateTimeOffset now, ref int budget)
    {
        while (true)
        {
            while (MayComplete())
            {
                if (budget <= 0 || _outbox.OutputCount >= _options.SliceOutputs) return false;
                budget--;
                Step();
            }

            FinishResume(now);
            if (_advance is null) break;
            FinishAdvance();
        }

        if (!IsRunning) return true;
        if (_run.CompletedTicks == _run.TickCount) Complete(now);
        else Emit(_start.FlowControl ? _window.Limit(_run.CompletedTicks) : _run.CompletedTicks + 1);
        return true;
    }

    /// <summary>The next command in line, when nothing before it is still being executed.</summary>
    public bool TryTake(out SessionCommand? command)
    {
        command = null;
        return _advance is null && _resume is null && _waiting.TryDequeue(out command);
    }

    /// <summary>Checks what only the passing of real time brings about: the maximum duration (SIM-053) and the unacknowledged tick (SIM-227).</summary>
    public void CheckTime(DateTimeOffset now)
    {
        if (_phase != SessionState.Running) return;
        if (_start.MaxDurationSec is { } seconds && now - _startedAt >= TimeSpan.FromSeconds(seconds))
        {
            Fail(SessionErrors.MaxDuration(seconds), null, now);
            End = SessionEnd.MaxDuration;
            return;
        }

        if (!IsRunning || _ordersWaitingSince is not { } since || now - since < _options.AcknowledgeWithin) return;
        _ordersWaitingSince = null;
        _warnedTick = _run.CompletedTicks + 1;
        _outbox.Say(SessionErrors.TickNotAcknowledged(_run.CompletedTicks + 1, (int)_options.AcknowledgeWithin.TotalSeconds));
    }

    /// <summary>The wall time at which <see cref="CheckTime"/> has something to say unless the client acts; null = never.</summary>
    public DateTimeOffset? NextDeadline()
    {
        if (_phase != SessionState.Running) return null;
        DateTimeOffset? deadline = _start.MaxDurationSec is { } seconds ? _startedAt.AddSeconds(seconds) : null;
        if (!IsRunning || _ordersWaitingSince is not { } since) return deadline;
        var warning = since + _options.AcknowledgeWithin;
        return deadline is null || warning < deadline ? warning : deadline;
    }

    /// <summary>The connection is gone: the clock stands still until a resume (SIM-262). What waits in line was never acknowledged and is dropped.</summary>
    public void Disconnect(DateTimeOffset now)
    {
        if (!_connected) return;
        _connected = false;
        _waiting.Clear();
        _advance = null;
        _resume = null;
        _intervals = 0;
        _ordersWaitingSince = null;
        _outbox.TakeOutputs();
        if (_phase is SessionState.Ready or SessionState.Running) Write(RecordKind.Detached, now);
    }

    /// <summary>The session was just created on the connection that asks: its first record, the answer, and what the client should know besides (SIM-140, SIM-145).</summary>
    public void Begin(string? requestId, IEnumerable<SessionOutput> warnings)
    {
        _connected = true;
        _outbox.Write(CreatedRecord(Definition).ToJson());
        _outbox.Say(new CreatedOutput(Definition.SessionId, _run.TickCount, Definition.Loaded) { RequestId = requestId });
        foreach (var warning in warnings) _outbox.Say(warning);
    }

    /// <summary>What the client should know besides, right behind the <c>state_sync</c> of its next resume.</summary>
    public void WarnAtResume(IReadOnlyList<SessionOutput> warnings) => _resumeWarnings = warnings;

    /// <summary>Writes the time and the tick when the last record is old, so that a crash does not make a live session look abandoned.</summary>
    public void Checkpoint(DateTimeOffset now)
    {
        if (_phase == SessionState.Running && now - _lastRecordAt >= _options.CheckpointEvery) Write(RecordKind.Checkpoint, now);
    }

    /// <summary>Ends the session by a fatal error (SIM-273).</summary>
    public void Fail(ErrorOutput error, string? detail, DateTimeOffset now)
    {
        if (_phase is SessionState.Completed or SessionState.Error) return;
        Write(RecordKind.Failed, now, record => record with { Failed = new FailedBody(error.Code, detail) });
        _phase = SessionState.Error;
        _endedAt = now;
        _waiting.Clear();
        _advance = null;
        _resume = null;
        End = SessionEnd.Failed;
        _outbox.Say(error);
    }

    /// <summary>Orders refused for their form: the engine does not count what it never saw (EXEC-062).</summary>
    private int Refused => _orders.Entries.Count(entry => entry.Number == 0)
        + _batches.Entries.Sum(batch => batch.Acknowledgement.Rejected.Count(order => order.Code == OrderErrors.Code(Reason.DuplicateOrderId)));

    private bool IsRunning => _phase == SessionState.Running && !_clientPaused && _connected;

    private bool MayComplete()
    {
        var completed = _run.CompletedTicks;
        if (completed >= _run.TickCount) return false;
        if (_resume is { } resume) return _phase == SessionState.Running && !_clientPaused && completed < resume.LastProcessed;
        if (!IsRunning) return false;
        if (_advance is { } advance) return WhyDone(advance) is null;
        return _start.FlowControl ? _window.IsReady(completed + 1) : _intervals > 0;
    }

    private void Step()
    {
        // what a resume executes again was reported before, or is named in missed_executions
        _outbox.Quiet = _resume is not null;
        CompleteTick();
        _outbox.Quiet = false;
        if (_start.FlowControl || _resume is not null || _advance is not null) return;
        _intervals--;
        Emit(_run.CompletedTicks + 1);
    }

    private void CompleteTick()
    {
        _run.CompleteTick(keepAccounts: _relay.SnapshotPerFill && !_outbox.Quiet);
        _relay.Drain();
        var completed = _run.CompletedTicks;
        _window.Completed(completed);
        _ordersWaitingSince = null;
        if (_outbox.Tally is { } tally) tally.Ticks++;
        if (completed > _sentEver) _sentEver = completed;
        if (_start.AccountUpdates == AccountUpdateFrequency.EveryTick && _advance is null && !_outbox.Quiet) _outbox.Say(new AccountOutput(_run.Account(), false));
    }

    /// <summary>Sends ticks up to <paramref name="limit"/>, in one piece.</summary>
    private void Emit(int limit)
    {
        var first = _window.Sent + 1;
        var count = Math.Min(limit, _run.TickCount) - _window.Sent;
        if (count <= 0) return;
        var words = _run.TradingWords;
        var times = new long[count];
        var sessions = new byte[count];
        var trading = new ulong[count * words];
        for (var at = 0; at < count; at++) times[at] = _run.ReadTick(first + at, out sessions[at], trading.AsSpan(at * words, words));
        _window.Sent += count;
        if (_window.Sent > _sentEver) _sentEver = _window.Sent;
        _outbox.Say(new TicksOutput(first, times, sessions, trading, Definition.Loaded.Count));
    }

    private void Complete(DateTimeOffset now)
    {
        Write(RecordKind.Completed, now);
        Finish(now);
        if (_extensions.HasFlag(SessionExtensions.Report)) _outbox.Say(new ReportOutput(_run.Report(Definition.SessionId, Refused)));
        _outbox.Say(Results());
    }

    private void Finish(DateTimeOffset now)
    {
        _run.Finish();
        _relay.Drain();
        _phase = SessionState.Completed;
        _endedAt = now;
        End = SessionEnd.Completed;
    }

    private CompleteOutput Results()
    {
        var results = _run.Results();
        return new CompleteOutput(
            Definition.SessionId,
            results.InitialCash,
            results.FinalEquity,
            results.Trades,
            results.WinningTrades,
            results.Commission,
            results.MaxDrawdown,
            results.Sharpe,
            results.Sortino,
            results.Calmar,
            (int)Math.Max(0, (_endedAt - _startedAt).TotalSeconds),
            results.ResultHash);
    }

    private void Write(RecordKind kind, DateTimeOffset now, Func<SessionRecord, SessionRecord>? fill = null)
    {
        if (_outbox.Quiet) return;
        var record = new SessionRecord { Kind = kind, Tick = _run.CompletedTicks + 1, At = Instants.Micros(now) };
        _outbox.Write((fill is null ? record : fill(record)).ToJson());
        _lastRecordAt = now;
        _recordTick = record.Tick;
    }
}

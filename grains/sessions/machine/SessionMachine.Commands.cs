using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Journal;

namespace Trading.Grains.Sessions;

/// <summary>What each client message does, and in which state it is accepted (section 11, table).</summary>
public sealed partial class SessionMachine
{
    /// <summary>True when the batch would be executed now, so that it counts against the tenant's orders per minute; a repeated one does not.</summary>
    public bool WouldTake(BatchCommand command) =>
        _phase == SessionState.Running && _connected && command.Orders.Count <= _options.MaxBatchOrders && _batches.Find(command.BatchId) is null;

    /// <summary>Refuses a batch that would pass a limit of the plan: as a whole, without <c>batch_ack</c> (SIM-060).</summary>
    public void Refuse(BatchCommand command, LimitVerdict verdict, DateTimeOffset now) => _outbox.Say(SessionErrors.Limit(verdict, now, command.RequestId));

    /// <summary>Warns that most of a limit is used (SIM-070).</summary>
    public void Warn(LimitVerdict verdict) => _outbox.Say(new LimitWarningOutput(verdict.Limit ?? "", verdict.CurrentUsage, verdict.Allowance, verdict.ResetTime));

    /// <summary>Applies one command; what it sets in motion is executed by <see cref="Pump"/>.</summary>
    public void Apply(SessionCommand command, DateTimeOffset now, int? maxDurationSec = null)
    {
        if (!_connected && command is not (ResumeSessionCommand or DiscardCommand))
        {
            _outbox.Say(SessionErrors.WrongState("A message before resume_session", State, command.RequestId));
            return;
        }

        switch (command)
        {
            case AckCommand ack: Acknowledge(ack, now); break;
            case BatchCommand batch: TakeBatch(batch, now); break;
            case IntervalPassedCommand interval: PassInterval(interval); break;
            case StartCommand start: Start(start, now, maxDurationSec); break;
            case PauseCommand: Pause(command, now); break;
            case ResumeCommand: ResumeClock(command, now); break;
            case QueryPositionsCommand: Query(command); break;
            case CancelOrdersCommand cancel: Cancel(cancel, now); break;
            case ReplaceOrderCommand replace: Replace(replace, now); break;
            case AdvanceCommand advance: Advance(advance); break;
            case ResumeSessionCommand resume: ResumeSession(resume); break;
            case DiscardCommand: Discard(now); break;
            default: _outbox.Say(SessionErrors.WrongState("create_session", State, command.RequestId)); break;
        }
    }

    private bool IsInRun => _phase == SessionState.Running;

    private void Start(StartCommand command, DateTimeOffset now, int? maxDurationSec)
    {
        if (_phase != SessionState.Ready)
        {
            _outbox.Say(SessionErrors.WrongState("start_simulation", State, command.RequestId));
            return;
        }

        if (command.MaxPendingTicks < 1 || command.MaxPendingTicks > _options.MaxPendingTicks)
        {
            _outbox.Say(SessionErrors.InvalidField("max_pending_ticks", $"max_pending_ticks must be 1 to {_options.MaxPendingTicks}", command.RequestId));
            return;
        }

        var body = new StartedBody(command.MaxPendingTicks, command.AccountUpdates, command.FlowControl, maxDurationSec);
        Write(RecordKind.Started, now, record => record with { Started = body });
        Begin(body, now);
        var seconds = (int)Math.Ceiling(_run.TickCount * (double)_options.TickIntervalMs / 1000);
        _outbox.Say(new StartedOutput(Definition.SessionId, now, seconds, _options.TickIntervalMs, command.FlowControl) { RequestId = command.RequestId });
    }

    private void Begin(StartedBody body, DateTimeOffset now)
    {
        _start = body;
        _startedAt = now;
        _window.Capacity = body.MaxPendingTicks;
        _relay.SnapshotPerFill = body.AccountUpdates == AccountUpdateFrequency.EveryFill;
        _phase = SessionState.Running;
    }

    private void Acknowledge(AckCommand command, DateTimeOffset now)
    {
        if (!IsInRun)
        {
            _outbox.Say(SessionErrors.WrongState("tick_ack", State, command.RequestId));
        }
        else if (command.Sequence < 1 || command.Sequence > _window.Sent)
        {
            _outbox.Say(SessionErrors.InvalidSequence(command.Sequence, _window.Sent, command.RequestId));
        }
        else if (command.OrdersPending < 0)
        {
            _outbox.Say(SessionErrors.InvalidField("orders_pending", "orders_pending must not be negative", command.RequestId));
        }
        else if (command.Status == ProcessingStatus.Ready)
        {
            // the last one once more, when its tick is long executed
            if (command.Sequence == _window.Acknowledged && command.Sequence <= _run.CompletedTicks) _outbox.Tally!.Duplicates++;
            _window.Acknowledge((int)command.Sequence, command.OrdersPending, _run.CompletedTicks);
        }
        else if (command.Status == ProcessingStatus.NeedTime && _ordersWaitingSince is not null)
        {
            _ordersWaitingSince = now;
        }
    }

    private void TakeBatch(BatchCommand command, DateTimeOffset now)
    {
        if (!IsInRun)
        {
            _outbox.Say(SessionErrors.WrongState("order_batch", State, command.RequestId));
            return;
        }

        if (command.Orders.Count > _options.MaxBatchOrders)
        {
            _outbox.Say(SessionErrors.InvalidField("orders", $"A batch holds at most {_options.MaxBatchOrders} orders", command.RequestId));
            return;
        }

        var body = OrderDesk.Body(command);
        var hash = OrderDesk.HashOf(body);
        if (_batches.Find(command.BatchId) is { } known)
        {
            Repeat(command, known, hash);
            return;
        }

        var record = new SessionRecord { Kind = RecordKind.Batch, Tick = _run.CompletedTicks + 1, At = Instants.Micros(now), Batch = body }.ToJson();
        if (record.Length > JournalLimits.MaxPayloadBytes)
        {
            _outbox.Say(SessionErrors.Validation("INVALID_MESSAGE", "The batch is too long to be recorded; split it", command.RequestId));
            return;
        }

        // written first: if the engine fails on it, the journal still holds what made it fail
        _outbox.Write(record);
        _lastRecordAt = now;
        _recordTick = _run.CompletedTicks + 1;
        Submit(body, hash, command.RequestId, now);
    }

    private void Submit(BatchBody body, byte[] hash, string? requestId, DateTimeOffset now)
    {
        var answer = _desk.Submit(body, hash, requestId);
        _relay.Drain(requestId);
        _window.OrdersArrived(_run.CompletedTicks + 1, body.Orders.Count);
        if (answer.Accepted.Count > 0) WatchOrders(now);
    }

    /// <summary>Counts the time from now on when accepted orders wait for a tick that is not acknowledged; one warning per tick is enough (SIM-227).</summary>
    private void WatchOrders(DateTimeOffset now)
    {
        var tick = _run.CompletedTicks + 1;
        if (_ordersWaitingSince is not null || !_start.FlowControl || tick == _warnedTick || _window.Acknowledged >= tick || !_batches.HasAccepted(tick)) return;
        _ordersWaitingSince = now;
    }

    /// <summary>The batch was taken before: the same answer, nothing executed. Its orders still count as arrived for a tick that waits for them.</summary>
    private void Repeat(BatchCommand command, BatchEntry known, byte[] hash)
    {
        if (!known.ContentHash.AsSpan().SequenceEqual(hash))
        {
            _outbox.Say(SessionErrors.InvalidField("batch_id", "This batch_id was used with other content", command.RequestId));
            return;
        }

        _outbox.Tally!.Duplicates++;
        _outbox.Say(known.Acknowledgement with { RequestId = command.RequestId });
        _window.OrdersArrived(known.Tick, known.Orders);
    }

    private void PassInterval(IntervalPassedCommand command)
    {
        if (IsRunning && !_start.FlowControl) _intervals += Math.Max(0, command.Ticks);
    }

    private void Pause(SessionCommand command, DateTimeOffset now)
    {
        if (!IsInRun)
        {
            _outbox.Say(SessionErrors.WrongState("pause_simulation", State, command.RequestId));
            return;
        }

        if (!_clientPaused)
        {
            Write(RecordKind.Pause, now);
            _clientPaused = true;
            _intervals = 0;
        }

        _outbox.Say(new StatusOutput(Status(), false) { RequestId = command.RequestId });
    }

    private void ResumeClock(SessionCommand command, DateTimeOffset now)
    {
        if (!IsInRun || !_clientPaused)
        {
            _outbox.Say(SessionErrors.WrongState("resume_simulation", State, command.RequestId));
            return;
        }

        Write(RecordKind.Resume, now);
        _clientPaused = false;
        // the pause was the client's wish and is not the time it took to acknowledge
        _ordersWaitingSince = null;
        WatchOrders(now);
        if (_extensions.HasFlag(SessionExtensions.SimulationResumed)) _outbox.Say(new StatusOutput(Status(), true) { RequestId = command.RequestId });
    }

    private void Query(SessionCommand command)
    {
        if (_phase is SessionState.Ready or SessionState.Running) _outbox.Say(new AccountOutput(_run.Account(), true) { RequestId = command.RequestId });
        else _outbox.Say(SessionErrors.WrongState("query_positions", State, command.RequestId));
    }

    private void Cancel(CancelOrdersCommand command, DateTimeOffset now)
    {
        if (!Allows(SessionExtensions.CancelOrders, "cancel_orders", command)) return;
        var numbers = new List<int>(command.OrderIds.Count);
        foreach (var id in command.OrderIds)
        {
            if (_orders.ById(id) is { Number: > 0 } entry) numbers.Add(entry.Number);
            else _outbox.Say(OrderErrors.NotOpen(id, Reason.UnknownOrder, command.RequestId));
        }

        if (numbers.Count == 0) return;
        Write(RecordKind.Cancel, now, record => record with { Cancel = numbers });
        Cancel(numbers, command.RequestId);
    }

    private void Cancel(IReadOnlyList<int> numbers, string? requestId)
    {
        foreach (var number in numbers)
        {
            var reason = _desk.Cancel(number);
            if (reason != Reason.None) _outbox.Say(OrderErrors.NotOpen(_orders.ByNumber(number)!.Intent.OrderId, reason, requestId));
            _relay.Drain(requestId);
        }
    }

    private void Replace(ReplaceOrderCommand command, DateTimeOffset now)
    {
        if (!Allows(SessionExtensions.ReplaceOrder, "replace_order", command)) return;
        if (_orders.ById(command.OrderId) is not { Number: > 0 } old)
        {
            _outbox.Say(OrderErrors.NotOpen(command.OrderId, Reason.UnknownOrder, command.RequestId));
            return;
        }

        var fault = _orders.Knows(command.NewOrderId) ? Reason.DuplicateOrderId
            : command.Quantity <= 0 ? Reason.InvalidQuantity
            : command.Price <= 0 || command.StopPrice <= 0 ? Reason.InvalidPrice
            : Reason.None;
        if (fault != Reason.None)
        {
            var asked = new ClientOrder { OrderId = command.NewOrderId, Symbol = old.Intent.Symbol, Quantity = command.Quantity, Price = command.Price, StopPrice = command.StopPrice };
            var refused = new SubmitOutcome(0, fault, 0, 0, 0);
            _outbox.Tally!.Count(refused);
            _outbox.Say(OrderErrors.Refused(asked, refused, command.RequestId));
            return;
        }

        var body = new ReplaceBody(old.Number, command.NewOrderId, command.Quantity, command.Price, command.StopPrice, command.TimeInForce);
        Write(RecordKind.Replace, now, record => record with { Replace = body });
        Replace(body, command.RequestId);
    }

    private void Replace(ReplaceBody body, string? requestId)
    {
        var old = _orders.ByNumber(body.OrderNumber)!;
        var outcome = _desk.Replace(body, old);
        if (!outcome.Accepted)
        {
            var isClosed = outcome.Reason is Reason.OrderClosed or Reason.UnknownOrder or Reason.QuantityBelowFilled;
            if (isClosed) _outbox.Say(OrderErrors.NotOpen(old.Intent.OrderId, outcome.Reason, requestId));
            else _outbox.Say(OrderErrors.Refused(old.Intent with { OrderId = body.NewOrderId }, outcome, requestId));
            if (!isClosed) _outbox.Tally?.Count(outcome);
        }
        else
        {
            _outbox.Tally?.Count(outcome);
        }

        _relay.Drain(requestId);
    }

    private void Discard(DateTimeOffset now)
    {
        if (_phase is SessionState.Completed or SessionState.Error) return;
        Write(RecordKind.Discarded, now);
        _phase = SessionState.Error;
        _endedAt = now;
        _waiting.Clear();
        End = SessionEnd.Discarded;
    }

    /// <summary>A message of an extension, in a state that accepts orders.</summary>
    private bool Allows(SessionExtensions extension, string type, SessionCommand command)
    {
        if (!_extensions.HasFlag(extension)) _outbox.Say(SessionErrors.UnknownMessage(type, command.RequestId));
        else if (!IsInRun) _outbox.Say(SessionErrors.WrongState(type, State, command.RequestId));
        else return true;
        return false;
    }
}

using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine;

/// <summary>Commands of the client: they belong to the current tick and carry its instant (EXEC-004).</summary>
public sealed partial class Simulation
{
    public void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes)
    {
        EnsureCurrentTick();
        if (outcomes.Length < orders.Length) throw new ArgumentException("there must be one outcome per order", nameof(outcomes));
        var refused = 0;
        for (var place = 0; place < orders.Length; place++)
        {
            outcomes[place] = Submit(orders[place], place);
            if (!outcomes[place].Accepted) refused++;
            else if (!atomic) EmitNew(outcomes[place].OrderNumber, EventKind.Accepted);
            if (!outcomes[place].Accepted && !atomic) EmitNew(outcomes[place].OrderNumber, EventKind.Rejected);
        }

        if (!atomic) return;
        if (refused > 0) RefuseBatch(outcomes[..orders.Length]);
        for (var place = 0; place < orders.Length; place++) EmitNew(outcomes[place].OrderNumber, refused > 0 ? EventKind.Rejected : EventKind.Accepted);
    }

    public Reason Cancel(int orderNumber)
    {
        EnsureCurrentTick();
        if (orderNumber < 1 || orderNumber > _orderCount) return Reason.UnknownOrder;
        ref var order = ref Order(orderNumber);
        if (order.Life.State == OrderState.Pending) return Reason.UnknownOrder;
        if (!order.Life.IsOpen) return Reason.OrderClosed;
        var latency = CancelLatency(orderNumber);
        if (latency == 0) Close(orderNumber, ref order, OrderState.Cancelled, Reason.CancelledByClient, _now.Time);
        else AddPending(new PendingCommand(_now.Time + latency, orderNumber, 0, default));
        return Reason.None;
    }

    private void EnsureCurrentTick()
    {
        if (_completed >= _clock.TickCount) throw new InvalidOperationException("every tick is complete; there is no tick that a command could belong to");
    }

    private SubmitOutcome Submit(in OrderIntent intent, int place)
    {
        var number = NewOrder(intent);
        ref var order = ref Order(number);
        var reason = Check(intent, number, place, ref order, out var required, out var available);
        order.Reason = reason;
        if (reason == Reason.None)
        {
            Admit(number, ref order);
            return new(number, Reason.None, order.Estimate, 0, 0);
        }

        order.Life.Become(OrderState.Rejected);
        return new(number, reason, 0, required, available);
    }

    private void Admit(int number, ref OrderRecord order)
    {
        order.Life.Become(OrderState.Accepted);
        _open.Add(number);
        var minute = _now.Time / MinuteMicros;
        if (minute != _minute) (_minute, _minuteCount) = (minute, 0);
        _minuteCount++;
        if (order.Held)
        {
            order.Reason = Reason.Held;
            ref var parent = ref Order(order.Parent);
            if (order.Type == OrderType.Limit) parent.LimitChild = number;
            else parent.StopChild = number;
        }
        else
        {
            SetEligibility(number, ref order);
            if (order.Role == GroupRole.OneCancelsOther) JoinGroup(number, ref order, _intents[number - 1].Group);
        }

        SetExpiry(ref order, order.AcceptedAt);
    }

    /// <summary>Where the order's eligibility point lies (docs/execution.md section 5).</summary>
    private void SetEligibility(int number, ref OrderRecord order)
    {
        var time = _now.Time;
        var latency = _config.LatencyMs * 1000L + Draws.UpTo(_config.LatencyJitterMs * 1000L, _config.Seed, number, Draws.Latency);
        var onOpenOrClose = order.Type is OrderType.MarketOnOpen or OrderType.MarketOnClose;
        order.EligibleFrom = Eligibility.AtInstant;
        order.EligibleAt = time + latency;
        switch (_config.Timing)
        {
            case ExecutionTiming.NextClose when onOpenOrClose || latency > 0:
                order.EligibleAt = time + _barMicros + latency;
                break;
            case ExecutionTiming.NextClose when TradesNow(order):
                order.EligibleFrom = Eligibility.AtClose;
                break;
            case ExecutionTiming.CurrentClose when !onOpenOrClose && latency == 0 && TradesNow(order) && _now.BarAt(order.Symbol) > _clock.First[order.Symbol]:
                order.EligibleFrom = Eligibility.PreOpen;
                break;
        }
    }

    /// <summary>End of the order's day (docs/execution.md section 15.6); never for the other times in force.</summary>
    private void SetExpiry(ref OrderRecord order, long from)
    {
        order.ExpiresAt = long.MaxValue;
        if (order.TimeInForce != TimeInForce.Day) return;
        var days = _series[order.Symbol].Days;
        var day = Math.Max(0, days.DayAtOrBefore(from));
        while (day < days.Count && CloseOf(days, day, order) <= from) day++;
        if (order.Type is OrderType.MarketOnOpen or OrderType.MarketOnClose && !order.Triggered) day = DayOfPoint(order) ?? day;
        if (day < days.Count) order.ExpiresAt = CloseOf(days, day, order);
        _firstExpiry = Math.Min(_firstExpiry, order.ExpiresAt);
    }

    private static long CloseOf(TradingDays days, int day, in OrderRecord order) => order.ExtendedHours ? days.ExtendedClose(day) : days.RegularClose(day);

    private int? DayOfPoint(in OrderRecord order)
    {
        var series = _series[order.Symbol];
        for (var bar = _now.BarAtOrAfter(order.Symbol); bar < _clock.End[order.Symbol]; bar++)
        {
            var here = order.Type == OrderType.MarketOnOpen
                ? series.OpenTime[bar] >= order.EligibleAt && IsFirstOfDay(order.Symbol, bar)
                : series.OpenTime[bar] + _barMicros >= order.EligibleAt && IsLastOfDay(order.Symbol, bar);
            if (here) return series.Day[bar];
        }

        return null;
    }

    /// <summary>Takes back what the earlier valid orders of an atomic batch did.</summary>
    private void RefuseBatch(Span<SubmitOutcome> outcomes)
    {
        foreach (ref var outcome in outcomes)
        {
            if (!outcome.Accepted) continue;
            ref var order = ref Order(outcome.OrderNumber);
            Leave(outcome.OrderNumber, ref order);
            _minuteCount--;
            order.Life = default;
            order.Life.Become(OrderState.Rejected);
            order.Reason = Reason.AtomicBatchRejected;
            outcome = new(outcome.OrderNumber, Reason.AtomicBatchRejected, 0, 0, 0);
        }
    }

    private void EmitNew(int number, EventKind kind)
    {
        ref var order = ref Order(number);
        ref var intent = ref _intents[number - 1];
        var rejected = kind == EventKind.Rejected;
        if (rejected) _statistics.Count.Rejects++;
        _log.Append(new SimulationEvent
        {
            Kind = kind,
            State = order.Life.State,
            Reason = rejected ? order.Reason : Reason.None,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            OrderNumber = number,
            OtherOrder = rejected ? 0 : order.Parent,
            Symbol = order.Symbol,
            Tick = _eventTick,
            Time = _now.Time,
            Quantity = intent.HasQuantity ? intent.Quantity : 0,
            Remaining = rejected ? 0 : order.Remaining,
            Price = intent.LimitPrice,
            ReferencePrice = intent.StopPrice,
            Commission = intent.HasNotional ? intent.Notional : 0,
        });
    }

    private long CancelLatency(int number) =>
        (_config.CancelLatencyMs ?? _config.LatencyMs) * 1000L + Draws.UpTo(_config.LatencyJitterMs * 1000L, _config.Seed, number, Draws.CancelLatency);

    private void AddPending(in PendingCommand command)
    {
        if (_pendingCount == _pending.Length) Array.Resize(ref _pending, Math.Max(2, _pendingCount * 2));
        _pending[_pendingCount++] = command;
    }
}

using Trading.Engine.Arithmetic;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Path;

namespace Trading.Engine;

/// <summary>Replace: a new order takes over what an open one has left (docs/execution.md sections 13 and 15.7).</summary>
public sealed partial class Simulation
{
    public SubmitOutcome Replace(in ReplaceIntent replace)
    {
        EnsureCurrentTick();
        var reason = CheckReplacement(replace, out var estimate, out var required, out var available);
        if (reason != Reason.None) return new(0, reason, 0, required, available);
        var number = NewOrder(_intents[replace.OrderNumber - 1]);
        ref var reserved = ref Order(number);
        ref var old = ref Order(replace.OrderNumber);
        (reserved.Symbol, reserved.Side, reserved.Type, reserved.TimeInForce) = (old.Symbol, old.Side, old.Type, old.TimeInForce);
        var latency = CancelLatency(replace.OrderNumber);
        var command = new PendingCommand(_now.Time + latency, replace.OrderNumber, number, replace);
        if (latency == 0) ApplyReplacement(command, _now.Time);
        else AddPending(command);
        return new(number, Reason.None, estimate, 0, 0);
    }

    private Reason CheckReplacement(in ReplaceIntent replace, out long estimate, out Int128 required, out Int128 available)
    {
        (estimate, required, available) = (0, 0, 0);
        if (replace.OrderNumber < 1 || replace.OrderNumber > _orderCount) return Reason.UnknownOrder;
        ref readonly var old = ref Order(replace.OrderNumber);
        if (old.Life.State == OrderState.Pending) return Reason.UnknownOrder;
        if (!old.Life.IsOpen) return Reason.OrderClosed;
        if (!IsChange(replace, old)) return Reason.InvalidOrder;
        if (replace.Quantity != 0)
        {
            if (!IsQuantity(replace.Quantity, old.Symbol)) return Reason.InvalidQuantity;
            if (replace.Quantity <= old.FilledBefore + old.Filled) return Reason.QuantityBelowFilled;
        }

        var limit = old.Type is OrderType.Limit or OrderType.StopLimit && replace.LimitPrice != 0;
        var stop = old.Type is OrderType.Stop or OrderType.StopLimit && replace.StopPrice != 0;
        if ((limit && !IsPrice(replace.LimitPrice, old.Symbol)) || (stop && !IsPrice(replace.StopPrice, old.Symbol))) return Reason.InvalidPrice;
        var changed = Changed(old, replace);
        if (Exact.Times(changed.Estimate, changed.Open) > Exact.MaximumMoney) return Reason.InvalidQuantity;
        estimate = changed.Estimate;
        return CheckRisk(changed, replace.OrderNumber, out required, out available);
    }

    private static bool IsChange(in ReplaceIntent replace, in OrderRecord old)
    {
        if (replace is { Quantity: 0, LimitPrice: 0, StopPrice: 0, TimeInForce: 0 }) return false;
        if (replace.TimeInForce is not (0 or TimeInForce.Day or TimeInForce.GoodTilCancelled)) return false;
        var fixedQuantity = old.Role != GroupRole.None || (old.LimitChild | old.StopChild) != 0 || !old.Sized;
        return replace.Quantity == 0 || !fixedQuantity;
    }

    /// <summary>The new order's record, from the old one as it is now; its state is pending.</summary>
    private OrderRecord Changed(in OrderRecord old, in ReplaceIntent replace)
    {
        var order = old;
        var filled = old.FilledBefore + old.Filled;
        order.Life = default;
        order.Reason = old.Held ? Reason.Held : Reason.None;
        order.Quantity = order.Remaining = replace.Quantity != 0 ? replace.Quantity - filled : old.Remaining;
        order.FilledBefore = filled;
        order.Filled = 0;
        order.Lowered = 0;
        if (replace.TimeInForce != 0) order.TimeInForce = replace.TimeInForce;
        if (replace.LimitPrice != 0 && old.Type is OrderType.Limit or OrderType.StopLimit) order.LimitPrice = replace.LimitPrice;
        if (replace.StopPrice != 0 && old.Type is OrderType.Stop or OrderType.StopLimit) order.StopPrice = replace.StopPrice;
        order.Estimate = old.Type switch
        {
            OrderType.Limit or OrderType.StopLimit => order.LimitPrice,
            OrderType.Stop => order.StopPrice,
            _ => old.Estimate,
        };
        if (!order.Sized) order.EstimatedQuantity = (long)Int128.Min(UnitsFor(order.Notional, order.Estimate, order.Symbol), Exact.MaximumUnits);
        return order;
    }

    private void ApplyReplacement(in PendingCommand command, long time)
    {
        ref var old = ref Order(command.Order);
        var filled = old.FilledBefore + old.Filled;
        if (!old.Life.IsOpen || (command.Change.Quantity != 0 && command.Change.Quantity <= filled))
        {
            RefuseReplacement(command, old.Life.IsOpen ? Reason.QuantityBelowFilled : Reason.OrderClosed, time);
            return;
        }

        var change = command.Change;
        var number = command.Replacement;
        ref var order = ref Order(number);
        order = Changed(old, change);
        var onlyLowered = change is { LimitPrice: 0, StopPrice: 0, TimeInForce: 0 } && change.Quantity < filled + old.Remaining;
        order.Priority = onlyLowered ? old.Priority : number;
        order.AcceptedAt = time;
        order.Next = PointKind.None;
        order.Exhausted = false;
        if (order.HasExtreme) order.Extreme = ExtremeNow(old, time);
        var group = old.Group;
        LeaveReplaced(command.Order, ref old, number, time);
        TakePlace(command.Order, number, ref order, group, time);
    }

    private void LeaveReplaced(int number, ref OrderRecord old, int successor, long time)
    {
        old.Life.Become(OrderState.Replaced);
        old.Reason = Reason.ReplacedByClient;
        old.Next = PointKind.None;
        Leave(number, ref old);
        _statistics.Count.Replaces++;
        Emit(EventKind.Replaced, number, old, time, Reason.ReplacedByClient, successor);
    }

    private void TakePlace(int oldNumber, int number, ref OrderRecord order, int group, long time)
    {
        order.Life.Become(OrderState.Accepted);
        order.Shadowed = false;
        order.Group = 0;
        _open.Add(number);
        if (group != 0) JoinGroup(number, ref order, group);
        if (order.LimitChild != 0) Order(order.LimitChild).Parent = number;
        if (order.StopChild != 0) Order(order.StopChild).Parent = number;
        if (order.Parent != 0)
        {
            ref var parent = ref Order(order.Parent);
            if (parent.LimitChild == oldNumber) parent.LimitChild = number;
            else if (parent.StopChild == oldNumber) parent.StopChild = number;
        }

        EmitReplacement(number, order, time);
        if (order.Eligible && !order.Held)
        {
            order.EligibleFrom = Eligibility.AtInstant;
            order.EligibleAt = time;
        }

        SetExpiry(ref order, time);
        order.Eligible = false;
        if (_executing) Prepare(number);
    }

    private void EmitReplacement(int number, in OrderRecord order, long time) => _log.Append(new SimulationEvent
    {
        Kind = EventKind.Accepted,
        State = order.Life.State,
        Side = order.Side,
        Type = order.Type,
        TimeInForce = order.TimeInForce,
        OrderNumber = number,
        OtherOrder = order.Parent,
        Symbol = order.Symbol,
        Tick = _eventTick,
        Time = time,
        Quantity = order.Quantity,
        Remaining = order.Remaining,
        Price = order.LimitPrice,
        ReferencePrice = order.StopPrice,
        Commission = order.Sized ? 0 : order.Notional,
    });

    private void RefuseReplacement(in PendingCommand command, Reason reason, long time)
    {
        ref var order = ref Order(command.Replacement);
        order.Life.Become(OrderState.Rejected);
        order.Reason = reason;
        _statistics.Count.Rejects++;
        _log.Append(new SimulationEvent
        {
            Kind = EventKind.Rejected,
            State = order.Life.State,
            Reason = reason,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            OrderNumber = command.Replacement,
            Symbol = order.Symbol,
            Tick = _eventTick,
            Time = time,
            Quantity = command.Change.Quantity,
            Price = command.Change.LimitPrice,
            ReferencePrice = command.Change.StopPrice,
        });
    }

    /// <summary>The extreme of a trailing stop at an instant inside the executing bar.</summary>
    private long ExtremeNow(in OrderRecord order, long time)
    {
        if (!_executing || _bars[order.Symbol] < 0 || order.LookTime < _tickTime) return order.Extreme;
        var extreme = order.ExtremeAtLook;
        var from = new PathPoint(order.LookTime, order.LookPrice, order.LookSegment);
        PathOf(order.Symbol).Trails(from, time, order.Direction, new Trail(order.TrailAmount, order.TrailRate), ref extreme, out _);
        return extreme;
    }
}

using System.Numerics;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Replacing orders: docs/execution.md 13, 15.7, 15.10.</summary>
public sealed partial class NaiveSimulation
{
    public SubmitOutcome Replace(in ReplaceIntent replace)
    {
        var verdict = CheckReplace(replace, out var old);
        if (verdict.Reason != Reason.None) return new SubmitOutcome(0, verdict.Reason, 0, (Int128)verdict.Required, (Int128)verdict.Available);

        var order = new NaiveOrder { Number = _orders.Count + 1, Intent = old!.Intent, TimeInForce = replace.TimeInForce, LimitPrice = replace.LimitPrice, StopPrice = replace.StopPrice };
        _orders.Add(order);
        Take(new NaiveChange(CurrentTime + CancelLatency(old.Number), ++_changesReceived, old, order, replace));
        return new SubmitOutcome(order.Number, Reason.None, verdict.Estimate, 0, 0);
    }

    private Verdict CheckReplace(in ReplaceIntent replace, out NaiveOrder? old)
    {
        var refused = Find(replace.OrderNumber, out old);
        if (refused != Reason.None) return new Verdict(refused);
        var order = old!;
        var named = replace.Quantity != 0 || replace.LimitPrice != 0 || replace.StopPrice != 0 || replace.TimeInForce != 0;
        var ownQuantity = order.Intent.Role == GroupRole.None && order.Children.Count == 0 && order.OpenNotional == 0;
        if (!named || (replace.TimeInForce != 0 && replace.TimeInForce is not (TimeInForce.Day or TimeInForce.GoodTilCancelled))) return new Verdict(Reason.InvalidOrder);
        if (replace.Quantity != 0 && !ownQuantity) return new Verdict(Reason.InvalidOrder);
        if (replace.Quantity != 0 && !IsQuantity(replace.Quantity, order.Symbol)) return new Verdict(Reason.InvalidQuantity);
        if (replace.Quantity != 0 && replace.Quantity <= order.Filled) return new Verdict(Reason.QuantityBelowFilled);
        if (order.UsesLimit && replace.LimitPrice != 0 && !IsPrice(replace.LimitPrice, order.Symbol)) return new Verdict(Reason.InvalidPrice);
        if (order.UsesStop && replace.StopPrice != 0 && !IsPrice(replace.StopPrice, order.Symbol)) return new Verdict(Reason.InvalidPrice);

        var estimate = NewEstimate(order, replace);
        var quantity = replace.Quantity != 0 ? replace.Quantity - order.Filled
            : order.OpenNotional != 0 ? FloorToUnit((BigInteger)order.OpenNotional / estimate, order.Symbol) : order.Remaining;
        return CheckRisk(order.Symbol, order.Side, quantity, estimate, order.OcoGroup, order.Held, [order]);
    }

    private static long NewEstimate(NaiveOrder order, in ReplaceIntent replace)
    {
        if (order.UsesLimit && replace.LimitPrice != 0) return replace.LimitPrice;
        return order.Type == OrderType.Stop && replace.StopPrice != 0 ? replace.StopPrice : order.Estimate;
    }

    private void ApplyReplace(NaiveChange change)
    {
        var (old, replace) = (change.Target, change.Replace);
        if (!old.IsOpen)
        {
            RejectReplacement(change, Reason.OrderClosed, change.Instant);
            return;
        }

        if (replace.Quantity != 0 && replace.Quantity <= old.Filled)
        {
            RejectReplacement(change, Reason.QuantityBelowFilled, change.Instant);
            return;
        }

        var order = change.Replacement!;
        TakeOver(order, change);
        old.State = OrderState.Replaced;
        old.Reason = Reason.ReplacedByClient;
        _allEvents.Add(Describe(old, EventKind.Replaced, change.Instant) with { Reason = Reason.ReplacedByClient, OtherOrder = order.Number });
        order.State = OrderState.Accepted;
        order.Reason = order.Held ? Reason.Held : Reason.None;
        _allEvents.Add(Describe(order, EventKind.Accepted, change.Instant) with
        {
            Quantity = order.Remaining,
            Commission = order.OpenNotional,
            Price = order.LimitPrice,
            ReferencePrice = order.StopPrice,
            OtherOrder = order.Parent?.Number ?? 0,
        });
    }

    private void TakeOver(NaiveOrder order, NaiveChange change)
    {
        var (old, replace) = (change.Target, change.Replace);
        var onlyLowers = replace.LimitPrice == 0 && replace.StopPrice == 0 && replace.TimeInForce == 0 && replace.Quantity < old.Filled + old.Remaining;
        order.Priority = onlyLowers ? old.Priority : order.Number;
        order.Remaining = replace.Quantity != 0 ? replace.Quantity - old.Filled : old.Remaining;
        order.Filled = old.Filled;
        order.OpenNotional = old.OpenNotional;
        order.Estimate = NewEstimate(old, replace);
        order.LimitPrice = old.UsesLimit && replace.LimitPrice != 0 ? replace.LimitPrice : old.LimitPrice;
        order.StopPrice = old.UsesStop && replace.StopPrice != 0 ? replace.StopPrice : old.StopPrice;
        order.TimeInForce = replace.TimeInForce != 0 ? replace.TimeInForce : old.TimeInForce;
        order.AcceptedAt = change.Instant;
        order.OcoGroup = old.OcoGroup;
        order.Held = old.Held;
        order.Triggered = old.Triggered;
        order.Extreme = ExtremeAt(old, change.Instant);
        (order.RawCommission, order.FilledValue, order.Charged) = (old.RawCommission, old.FilledValue, old.Charged);
        (order.Point, order.PointTick, order.PointPrice, order.EligibleFrom) = (old.Point, old.PointTick, old.PointPrice, old.EligibleFrom);
        (order.ParentPoint, order.PointIsPreOpen) = (old.ParentPoint, old.PointIsPreOpen);
        if (old.Eligible) (order.Point, order.EligibleFrom) = (PointKind.Instant, change.Instant);

        order.Parent = old.Parent;
        if (order.Parent is { } parent) parent.Children[parent.Children.IndexOf(old)] = order;
        order.Children.AddRange(old.Children);
        foreach (var child in order.Children) child.Parent = order;
        order.ExpiresAt = Expiry(order, change.Instant);
    }

    private static long? ExtremeAt(NaiveOrder order, long instant)
    {
        if (order.Path is not { } path || !order.WaitsForTrigger || instant < path[0].Time) return order.Extreme;
        return WithPath(order, [.. path.Where(knot => knot.Time <= instant), NaivePath.At(path, instant)]);
    }

    /// <summary>A trailing stop's extreme after a piece of path.</summary>
    private static long? WithPath(NaiveOrder order, List<Knot> path)
    {
        if (order.Type != OrderType.TrailingStop) return null;
        IEnumerable<long> prices = path.Select(knot => knot.Price);
        if (order.Extreme is { } extreme) prices = prices.Append(extreme);
        return order.Side == OrderSide.Sell ? prices.Max() : prices.Min();
    }

    private void RejectReplacement(NaiveChange change, Reason reason, long time)
    {
        var order = change.Replacement!;
        order.State = OrderState.Rejected;
        order.Reason = reason;
        order.TimeInForce = change.Target.TimeInForce;
        _allEvents.Add(Describe(order, EventKind.Rejected, time) with
        {
            Reason = reason,
            Quantity = change.Replace.Quantity,
            Price = change.Replace.LimitPrice,
            ReferencePrice = change.Replace.StopPrice,
        });
    }
}

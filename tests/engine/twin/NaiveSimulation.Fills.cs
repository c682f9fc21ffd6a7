using System.Numerics;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>A fill and what follows from it: docs/execution.md 8, 9, 12, 15.4.</summary>
public sealed partial class NaiveSimulation
{
    private void Attempt(NaiveOrder order, Knot point, bool maker, FillReason reason)
    {
        var (time, reference) = (point.Time, point.Price);
        order.AtOpen = false;
        var bar = BarNow(order.Symbol)!;
        if (order.OpenNotional != 0 && !Convert(order, reference, time)) return;
        var quantity = Math.Min(order.Remaining, Budget(order.Symbol, bar));
        if (order.TimeInForce == TimeInForce.FillOrKill && quantity < order.Remaining)
        {
            Cancel(order, Reason.FillOrKillNotFilled, time);
            return;
        }

        if (quantity == 0)
        {
            NothingLeft(order);
            return;
        }

        var instrument = _series[order.Symbol].Instrument;
        var price = maker
            ? _costs.MakerPrice(instrument, order.Direction, reference, order.LimitPrice)
            : _costs.TakerPrice(instrument, order.Direction, reference, quantity, bar, [.. _bars[order.Symbol].Where(one => one.Time < bar.Time)]);
        if (order.ActsAsLimit && order.Direction * price > order.Direction * order.LimitPrice)
        {
            order.MustReturn = true;
            order.BarReason = Reason.SlippagePastLimit;
            if (order.TimeInForce == TimeInForce.FillOrKill) Cancel(order, Reason.FillOrKillNotFilled, time);
            return;
        }

        var refused = CheckFill(order, quantity, price);
        if (refused != Reason.None)
        {
            Cancel(order, refused, time);
            return;
        }

        Fill(order, point, quantity, (long)price, reason, instrument);
    }

    private void Cancel(NaiveOrder order, Reason reason, long time) => End(order, EventKind.Cancelled, OrderState.Cancelled, reason, time);

    private static void NothingLeft(NaiveOrder order)
    {
        order.BarReason = Reason.VolumeExhausted;
        order.DoneForBar = true;
    }

    /// <summary>Turns a notional value into a quantity; false when the order ended instead.</summary>
    private bool Convert(NaiveOrder order, long reference, long time)
    {
        var quantity = FloorToUnit((BigInteger)order.OpenNotional / reference, order.Symbol);
        if (quantity == 0 || quantity > MostUnits)
        {
            Cancel(order, quantity == 0 ? Reason.NotionalTooSmall : Reason.InvalidQuantity, time);
            return false;
        }

        order.OpenNotional = 0;
        order.Remaining = (long)quantity;
        return true;
    }

    private long Budget(int symbol, NaiveBar bar)
    {
        if (_config.MaxParticipation is not { } part) return long.MaxValue;
        var lot = _series[symbol].Instrument.Lot;
        return (long)((BigInteger)bar.Volume * part / RateUnit / lot * lot) - _usedVolume[symbol];
    }

    private Reason CheckFill(NaiveOrder order, long quantity, BigInteger price)
    {
        if (price > MostUnits) return Reason.InvalidPrice;
        if (price * quantity > MostMoney || BigInteger.Abs((BigInteger)_position[order.Symbol] + (order.Direction * quantity)) > MostUnits) return Reason.InvalidQuantity;
        var opening = quantity - BigInteger.Min(quantity, Closable(order.Symbol, order.Side));
        if (opening == 0) return Reason.None;
        if (_drawdownLatched) return Reason.MaxDrawdown;
        if (_config.Account == AccountType.Unlimited) return Reason.None;
        if (_config.Account == AccountType.Cash && order.Side == OrderSide.Sell) return Reason.ShortingNotAllowed;
        var required = (opening * price) + _costs.CommissionOfNextFill(order, quantity, quantity * price, count: false);
        var gone = _orders.Where(one => one == order || (order.OcoGroup != 0 && one.OcoGroup == order.OcoGroup)).ToList();
        return required > Available(gone) ? Reason.InsufficientBuyingPower : Reason.None;
    }

    private void Fill(NaiveOrder order, Knot point, long quantity, long price, FillReason reason, Bars.Instrument instrument)
    {
        var value = (BigInteger)quantity * price;
        var commission = _costs.CommissionOfNextFill(order, quantity, value, count: true);
        var fees = _costs.Fees(instrument, order.Side, quantity, value, point.Time);
        _mark[order.Symbol] = point.Price;
        _cash -= (order.Direction * value) + commission + fees;
        _position[order.Symbol] += order.Direction * quantity;
        _usedVolume[order.Symbol] += quantity;
        order.Filled += quantity;
        order.Remaining -= quantity;
        order.State = order.Remaining == 0 ? OrderState.Filled : OrderState.PartiallyFilled;
        order.Reason = Reason.None;
        if (order.Remaining > 0) NothingLeft(order);
        _allEvents.Add(Describe(order, EventKind.Fill, point.Time) with
        {
            FillReason = reason,
            FillNumber = ++_fills,
            Quantity = quantity,
            Price = price,
            ReferencePrice = point.Price,
            Commission = (Int128)commission,
            Fees = (Int128)fees,
        });
        LowerOtherLegs(order, quantity, point.Time);
        if (order.State == OrderState.Filled) ActivateChildren(order, point);
    }

    private void LowerOtherLegs(NaiveOrder order, long quantity, long time)
    {
        if (order.OcoGroup == 0) return;
        foreach (var leg in _orders.Where(leg => leg != order && leg.IsOpen && !leg.Held && leg.OcoGroup == order.OcoGroup).ToList())
        {
            leg.Remaining = Math.Max(0, leg.Remaining - quantity);
            if (leg.Remaining == 0 || order.State == OrderState.Filled) Cancel(leg, Reason.OneCancelsOther, time);
        }
    }

    private void ActivateChildren(NaiveOrder parent, Knot point)
    {
        foreach (var child in parent.Children.Where(child => child.IsOpen && child.Held))
        {
            Activate(child, parent.Filled);
            child.EligibleFrom = point.Time;
            child.Point = PointKind.Instant;
            if (!MayTrade(child, BarNow(child.Symbol)!)) continue;
            child.Point = PointKind.ParentFill;
            child.PointTick = CurrentTick;
            child.ParentPoint = point;
            child.PointIsPreOpen = PreOpenNow;
        }
    }
}

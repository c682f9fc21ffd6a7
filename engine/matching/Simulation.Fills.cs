using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Path;

namespace Trading.Engine;

/// <summary>One fill attempt, step by step (docs/execution.md section 15.4), and how orders end.</summary>
public sealed partial class Simulation
{
    /// <summary>Tries to fill an order at a point. Afterwards the order is closed, or exhausted for this bar, or goes on looking.</summary>
    private void TryFill(int number, ref OrderRecord order, PathPoint point, bool maker, bool preOpen)
    {
        if (!order.Sized && !ConvertNotional(number, ref order, point)) return;
        var quantity = Math.Min(order.Remaining, BudgetLeft(order.Symbol));
        if (order.TimeInForce == TimeInForce.FillOrKill && quantity < order.Remaining)
        {
            Close(number, ref order, OrderState.Cancelled, Reason.FillOrKillNotFilled, point.Time);
            return;
        }

        if (quantity == 0)
        {
            order.Exhausted = true;
            order.Reason = Reason.VolumeExhausted;
            return;
        }

        var price = PriceOf(order, point.Price, quantity, maker);
        if (!maker && order.IsLimit && order.Direction * (price - order.LimitPrice) > 0)
        {
            if (order.TimeInForce == TimeInForce.FillOrKill) Close(number, ref order, OrderState.Cancelled, Reason.FillOrKillNotFilled, point.Time);
            else order.Reason = Reason.SlippagePastLimit;
            return;
        }

        var refusal = RefusalOfFill(number, order, quantity, price, out var commission);
        if (refusal != Reason.None)
        {
            Close(number, ref order, OrderState.Cancelled, refusal, point.Time);
            return;
        }

        Fill(number, ref order, point, quantity, (long)price, commission, preOpen);
    }

    private bool ConvertNotional(int number, ref OrderRecord order, PathPoint point)
    {
        var units = UnitsFor(order.Notional, point.Price, order.Symbol);
        var reason = units == 0 ? Reason.NotionalTooSmall : units > Exact.MaximumUnits ? Reason.InvalidQuantity : Reason.None;
        if (reason != Reason.None)
        {
            Close(number, ref order, OrderState.Cancelled, reason, point.Time);
            return false;
        }

        order.Sized = true;
        order.Quantity = (long)units;
        order.Remaining = (long)units;
        return true;
    }

    /// <summary>⌊notional / price⌋ rounded down to the symbol's unit.</summary>
    private Int128 UnitsFor(Int128 notional, long price, int symbol)
    {
        var units = notional / price;
        return units - units % UnitOf(symbol);
    }

    private long UnitOf(int symbol)
    {
        var lot = _series[symbol].Instrument.Lot;
        return _config.FractionalQuantity ? lot : Math.Max(lot, Instrument.Unit);
    }

    private long BudgetLeft(int symbol)
    {
        if (_config.MaxParticipation is not { } participation) return long.MaxValue;
        var lot = _series[symbol].Instrument.Lot;
        var budget = Exact.TimesOver(_series[symbol].Volume[_bars[symbol]], participation, SimulationConfig.RateUnit) / lot * lot;
        return budget - _budgetUsed[symbol];
    }

    private Int128 PriceOf(in OrderRecord order, long reference, long quantity, bool maker)
    {
        var series = _series[order.Symbol];
        return maker
            ? TakerPrice.OfMaker(_config, series.Instrument, order.Direction, reference, order.LimitPrice)
            : TakerPrice.Of(_config, series, _clock.First[order.Symbol], _bars[order.Symbol], order.Direction, reference, quantity, _config.ExtendedHours);
    }

    private Reason RefusalOfFill(int number, in OrderRecord order, long quantity, Int128 price, out Int128 commission)
    {
        commission = 0;
        if (price > Exact.MaximumUnits) return Reason.InvalidPrice;
        var value = price * quantity;
        var position = _ledger.Positions[order.Symbol];
        var after = (Int128)position + order.Direction * quantity;
        if (value > Exact.MaximumMoney || Int128.Abs(after) > Exact.MaximumUnits) return Reason.InvalidQuantity;
        commission = _commission.Charge(order, quantity, value);
        var opening = Math.Sign(position) == -order.Direction ? Math.Max(0, quantity - Math.Abs(position)) : quantity;
        if (opening == 0) return Reason.None;
        if (_drawdownReached) return Reason.MaxDrawdown;
        if (_config.Account == AccountType.Unlimited) return Reason.None;
        if (_config.Account == AccountType.Cash && order.Side == OrderSide.Sell) return Reason.ShortingNotAllowed;
        var required = price * opening + commission;
        return required > Available(CountOpen(order.Symbol, order.Side, number, order.Group).Reserved) ? Reason.InsufficientBuyingPower : Reason.None;
    }

    private void Fill(int number, ref OrderRecord order, PathPoint point, long quantity, long price, Int128 commission, bool preOpen)
    {
        var symbol = order.Symbol;
        var value = Exact.Times(price, quantity);
        var fees = _config.RegulatoryFees && order.Side == OrderSide.Sell && _series[symbol].Instrument.AssetClass == AssetClass.Equity
            ? _fees.ForSell(point.Time, quantity, value)
            : 0;
        var reason = ReasonOfFill(order, point, preOpen);
        _commission.Book(ref order, quantity, value, commission);
        order.Filled += quantity;
        order.Remaining -= quantity;
        order.Life.Become(order.Remaining == 0 ? OrderState.Filled : OrderState.PartiallyFilled);
        order.Reason = order.Remaining == 0 ? Reason.None : Reason.VolumeExhausted;
        order.Exhausted = order.Remaining > 0;
        _budgetUsed[symbol] += quantity;
        _ledger.Marks[symbol] = point.Price;
        _ledger.Book(symbol, order.Direction, quantity, price, commission + fees, point.Time, number, reason);
        Count(order, quantity, price, point.Price, commission, fees);
        _log.Append(new SimulationEvent
        {
            Kind = EventKind.Fill,
            State = order.Life.State,
            FillReason = reason,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            OrderNumber = number,
            Symbol = symbol,
            Tick = _eventTick,
            FillNumber = _statistics.Count.Fills,
            Time = point.Time,
            Quantity = quantity,
            Remaining = order.Remaining,
            Price = price,
            ReferencePrice = point.Price,
            Commission = commission,
            Fees = fees,
        });
        if (order.Remaining == 0) Leave(number, ref order);
        FillObserver?.Filled(_log.Events[^1]);
        if (order.Group != 0) LowerOtherLegs(number, order, quantity, point.Time);
        if (order.Remaining == 0 && (order.LimitChild | order.StopChild) != 0) ActivateChildren(order, order.FilledBefore + order.Filled, point.Time, point, preOpen);
    }

    private FillReason ReasonOfFill(in OrderRecord order, PathPoint point, bool preOpen) => order.Type switch
    {
        OrderType.Market => preOpen || point.Time == _tickTime ? FillReason.MarketOpen : FillReason.Market,
        OrderType.Limit => FillReason.LimitTouched,
        OrderType.StopLimit => FillReason.StopLimitTouched,
        OrderType.MarketOnOpen => FillReason.MarketOnOpen,
        OrderType.MarketOnClose => FillReason.MarketOnClose,
        _ => FillReason.StopTriggered,
    };

    private void Count(in OrderRecord order, long quantity, long price, long reference, Int128 commission, Int128 fees)
    {
        ref var count = ref _statistics.Count;
        count.Fills++;
        if (order.Remaining > 0) count.PartialFills++;
        count.Turnover += Exact.Times(price, quantity);
        count.Commission += commission;
        count.Fees += fees;
        count.SlippageCost += Exact.Times(price - reference, order.Direction * quantity);
    }

    /// <summary>Ends an open order and tells what hangs on it.</summary>
    private void Close(int number, ref OrderRecord order, OrderState state, Reason reason, long time)
    {
        order.Life.Become(state);
        order.Reason = reason;
        order.Next = PointKind.None;
        Leave(number, ref order);
        if (state == OrderState.Expired) _statistics.Count.Expiries++;
        else _statistics.Count.Cancels++;
        Emit(state == OrderState.Expired ? EventKind.Expired : EventKind.Cancelled, number, order, time, reason);
        if ((order.LimitChild | order.StopChild) != 0 && reason != Reason.EndOfSimulation) EndParent(order, time);
    }

    private void Leave(int number, ref OrderRecord order)
    {
        _open.Remove(number);
        if (order.Group != 0 && !order.Shadowed) UnshadowNextLeg(order.Group);
    }

    private void Emit(EventKind kind, int number, in OrderRecord order, long time, Reason reason = Reason.None, int otherOrder = 0) => _log.Append(new SimulationEvent
    {
        Kind = kind,
        State = order.Life.State,
        Reason = reason,
        Side = order.Side,
        Type = order.Type,
        TimeInForce = order.TimeInForce,
        OrderNumber = number,
        OtherOrder = otherOrder,
        Symbol = order.Symbol,
        Tick = _eventTick,
        Time = time,
        Remaining = order.Remaining,
    });
}

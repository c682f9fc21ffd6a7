using System.Numerics;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Submitting orders: docs/execution.md 4, 12, 15.1.</summary>
public sealed partial class NaiveSimulation
{
    private const long MostUnits = 9_000_000_000_000_000_000;

    private static readonly BigInteger MostMoney = BigInteger.Pow(10, 34);

    private sealed record Verdict(Reason Reason, long Estimate = 0, BigInteger Required = default, BigInteger Available = default);

    public void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes)
    {
        if (CompletedTicks == TickCount) throw new InvalidOperationException("every tick is complete");
        var intents = orders.ToArray();
        var ordersBefore = _orders.Count;
        var verdicts = new Verdict[intents.Length];
        var batch = new NaiveOrder[intents.Length];
        for (var index = 0; index < intents.Length; index++)
        {
            verdicts[index] = Check(intents, batch, index);
            batch[index] = Enter(intents, batch, index, verdicts[index]);
        }

        if (atomic && verdicts.Any(verdict => verdict.Reason != Reason.None))
        {
            _orders.RemoveRange(ordersBefore, intents.Length);
            foreach (var order in batch.Where(order => order.Parent is not null)) order.Parent!.Children.Clear();
            for (var index = 0; index < intents.Length; index++)
            {
                if (verdicts[index].Reason == Reason.None) verdicts[index] = new Verdict(Reason.AtomicBatchRejected);
                batch[index] = Enter(intents, batch, index, verdicts[index]);
            }
        }

        for (var index = 0; index < intents.Length; index++)
        {
            Announce(batch[index], verdicts[index].Reason, CurrentTime);
            var verdict = verdicts[index];
            outcomes[index] = new SubmitOutcome(batch[index].Number, verdict.Reason, verdict.Reason == Reason.None ? verdict.Estimate : 0, (Int128)verdict.Required, (Int128)verdict.Available);
        }
    }

    private void Announce(NaiveOrder order, Reason reason, long time) => _allEvents.Add(Describe(order, reason == Reason.None ? EventKind.Accepted : EventKind.Rejected, time) with
    {
        Reason = reason,
        Quantity = order.Intent.HasQuantity ? order.Intent.Quantity : 0,
        Commission = order.Intent.HasNotional ? order.Intent.Notional : 0,
        Price = order.Intent.LimitPrice,
        ReferencePrice = order.Intent.StopPrice,
        OtherOrder = reason == Reason.None && order.Parent is not null ? order.Parent.Number : 0,
    });

    private NaiveOrder Enter(OrderIntent[] intents, NaiveOrder[] batch, int index, Verdict verdict)
    {
        var intent = intents[index];
        var order = new NaiveOrder { Number = _orders.Count + 1, Intent = intent, TimeInForce = intent.TimeInForce, LimitPrice = intent.LimitPrice, StopPrice = intent.StopPrice };
        _orders.Add(order);
        if (verdict.Reason != Reason.None)
        {
            order.State = OrderState.Rejected;
            order.Reason = verdict.Reason;
            return order;
        }

        order.State = OrderState.Accepted;
        order.Priority = order.Number;
        order.Remaining = intent.HasQuantity ? intent.Quantity : 0;
        order.OpenNotional = intent.HasNotional ? intent.Notional : 0;
        order.Estimate = verdict.Estimate;
        order.AcceptedAt = CurrentTime;
        order.CountsPerMinute = true;
        if (intent.Role == GroupRole.OneCancelsOther) order.OcoGroup = intent.Group;
        if (intent.Role == GroupRole.BracketChild)
        {
            order.Parent = batch[intent.ParentInBatch];
            order.Parent.Children.Add(order);
            order.OcoGroup = -order.Parent.Number;
            order.Held = true;
            order.Reason = Reason.Held;
        }
        else
        {
            SetEligibility(order);
        }

        order.ExpiresAt = Expiry(order, CurrentTime);
        return order;
    }

    private void SetEligibility(NaiveOrder order)
    {
        var latency = Latency(order.Number);
        var bar = BarNow(order.Symbol);
        if (bar is not null && !MayTrade(order, bar)) bar = null;
        order.Point = PointKind.Instant;
        order.PointTick = CurrentTick;
        order.EligibleFrom = CurrentTime + latency;
        if (order.Type is OrderType.MarketOnOpen or OrderType.MarketOnClose)
        {
            order.Point = order.Type == OrderType.MarketOnOpen ? PointKind.OnOpen : PointKind.OnClose;
            if (_config.Timing == ExecutionTiming.NextClose) order.EligibleFrom += _delta;
            return;
        }

        if (_config.Timing == ExecutionTiming.CurrentClose && latency == 0 && bar is not null && _bars[order.Symbol].Any(one => one.Tick < CurrentTick))
        {
            order.Point = PointKind.PreOpen;
            order.PointPrice = Last(order.Symbol);
        }

        if (_config.Timing != ExecutionTiming.NextClose) return;
        if (latency > 0) order.EligibleFrom += _delta;
        else if (bar is not null) order.Point = PointKind.Close;
    }

    /// <summary>Instant at which a day order expires; null = never.</summary>
    private long? Expiry(NaiveOrder order, long from)
    {
        if (order.TimeInForce != TimeInForce.Day) return null;
        var days = _series[order.Symbol].Days;
        long Close(int day) => order.Intent.ExtendedHours ? days.ExtendedClose(day) : days.RegularClose(day);
        if (order.Point is PointKind.OnOpen or PointKind.OnClose && AuctionBar(order) is { } auction) return Close(auction.Day);
        for (var day = 0; day < days.Count; day++)
        {
            if (Close(day) > from) return Close(day);
        }

        return null;
    }

    /// <summary>The bar whose open or close a market_on_open or market_on_close order waits for.</summary>
    private NaiveBar? AuctionBar(NaiveOrder order)
    {
        var regular = _bars[order.Symbol].Where(bar => bar.Session == MarketSession.Regular).ToList();
        return order.Point == PointKind.OnOpen
            ? regular.FirstOrDefault(bar => bar.Tick >= CurrentTick && bar.Time >= order.EligibleFrom && bar == regular.First(one => one.Day == bar.Day))
            : regular.FirstOrDefault(bar => bar.Tick >= CurrentTick && bar.Time + _delta >= order.EligibleFrom && bar == regular.Last(one => one.Day == bar.Day));
    }

    private Verdict Check(OrderIntent[] intents, NaiveOrder[] batch, int index)
    {
        var intent = intents[index];
        if (intent.Symbol < 0 || intent.Symbol >= _series.Count) return new Verdict(Reason.UnknownSymbol);
        if (_bars[intent.Symbol].Count == 0) return new Verdict(Reason.SymbolNotTrading);
        var shape = CheckShape(intents, batch, index);
        if (shape != Reason.None) return new Verdict(shape);
        var numbers = CheckNumbers(intent);
        if (numbers != Reason.None) return new Verdict(numbers);

        var estimate = (BigInteger)FirstEstimate(intent);
        if (estimate <= 0 || estimate > MostUnits) return new Verdict(Reason.InvalidPrice);
        var quantity = intent.HasQuantity ? intent.Quantity : FloorToUnit((BigInteger)intent.Notional / estimate, intent.Symbol);
        if (quantity == 0) return new Verdict(Reason.NotionalTooSmall);
        if (quantity > MostUnits || quantity * estimate > MostMoney) return new Verdict(Reason.InvalidQuantity);
        if (intent.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill && (BarNow(intent.Symbol) is not { } bar || !MayTrade(intent, bar)))
        {
            return new Verdict(Reason.SymbolNotTrading);
        }

        if (_config.MaxOpenOrders is { } most && _orders.Count(order => order.IsOpen) >= most) return new Verdict(Reason.MaxOpenOrders);
        const long minute = 60_000_000;
        if (_config.MaxOrdersPerMinute is { } rate && _orders.Count(order => order.CountsPerMinute && Floor(order.AcceptedAt, minute) == Floor(CurrentTime, minute)) >= rate)
        {
            return new Verdict(Reason.MaxOrdersPerMinute);
        }

        var group = intent.Role == GroupRole.OneCancelsOther ? intent.Group : 0;
        return CheckRisk(intent.Symbol, intent.Side, quantity, (long)estimate, group, intent.Role == GroupRole.BracketChild, []);
    }

    private static long Floor(long value, long unit) => value >= 0 ? value / unit : ((value + 1) / unit) - 1;

    private Reason CheckShape(OrderIntent[] intents, NaiveOrder[] batch, int index)
    {
        var intent = intents[index];
        if (!Enum.IsDefined(intent.Side) || !Enum.IsDefined(intent.Type) || !Enum.IsDefined(intent.TimeInForce) || !Enum.IsDefined(intent.Role)) return Reason.InvalidOrder;
        if (intent.TimeInForce == TimeInForce.FillOrKill && intent.Type is not (OrderType.Market or OrderType.Limit)) return Reason.InvalidOrder;
        var neverImmediate = intent.Type is OrderType.TrailingStop or OrderType.MarketOnOpen or OrderType.MarketOnClose;
        if (intent.TimeInForce == TimeInForce.ImmediateOrCancel && neverImmediate) return Reason.InvalidOrder;
        if (intent.Role == GroupRole.OneCancelsOther)
        {
            var sane = intent.Group > 0 && !intent.HasNotional && _orders.Where(order => order.IsOpen && order.OcoGroup == intent.Group).All(leg => leg.Symbol == intent.Symbol);
            if (!sane) return Reason.InvalidOrder;
        }

        return intent.Role == GroupRole.BracketChild ? CheckChild(intents, batch, index) : Reason.None;
    }

    private static Reason CheckChild(OrderIntent[] intents, NaiveOrder[] batch, int index)
    {
        var intent = intents[index];
        if (intent.ParentInBatch < 0 || intent.ParentInBatch >= index) return Reason.InvalidOrder;
        var parent = intents[intent.ParentInBatch];
        var sane = parent.Role == GroupRole.None && parent.Symbol == intent.Symbol && parent.Side != intent.Side && parent.HasQuantity && !parent.HasNotional
            && intent.HasQuantity && !intent.HasNotional && intent.Quantity == parent.Quantity
            && intent.Type is OrderType.Limit or OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop
            && intent.TimeInForce is TimeInForce.Day or TimeInForce.GoodTilCancelled;
        if (!sane) return Reason.InvalidOrder;
        var isLimit = intent.Type == OrderType.Limit;
        if (batch[intent.ParentInBatch].Children.Any(child => child.Type == OrderType.Limit == isLimit)) return Reason.InvalidOrder;
        return batch[intent.ParentInBatch].State == OrderState.Rejected ? Reason.ParentEnded : Reason.None;
    }

    private Reason CheckNumbers(in OrderIntent intent)
    {
        if (intent.HasQuantity == intent.HasNotional) return Reason.InvalidQuantity;
        if (intent.HasQuantity && !IsQuantity(intent.Quantity, intent.Symbol)) return Reason.InvalidQuantity;
        if (intent.HasNotional && (intent.Notional <= 0 || (BigInteger)intent.Notional > MostMoney)) return Reason.InvalidQuantity;
        if (intent.Type is OrderType.Limit or OrderType.StopLimit && !IsPrice(intent.LimitPrice, intent.Symbol)) return Reason.InvalidPrice;
        if (intent.Type is OrderType.Stop or OrderType.StopLimit && !IsPrice(intent.StopPrice, intent.Symbol)) return Reason.InvalidPrice;
        if (intent.Type != OrderType.TrailingStop) return Reason.None;
        var exactlyOne = (intent.TrailAmount != 0) != (intent.TrailRate != 0);
        return exactlyOne && intent.TrailAmount >= 0 && intent.TrailRate is >= 0 and <= SimulationConfig.RateUnit ? Reason.None : Reason.InvalidPrice;
    }

    private long UnitOf(int symbol) => _config.FractionalQuantity ? _series[symbol].Instrument.Lot : Math.Max(_series[symbol].Instrument.Lot, Instrument.Unit);

    private BigInteger FloorToUnit(BigInteger quantity, int symbol) => quantity / UnitOf(symbol) * UnitOf(symbol);

    private bool IsQuantity(long quantity, int symbol) => quantity > 0 && quantity <= MostUnits && quantity % UnitOf(symbol) == 0;

    private bool IsPrice(long price, int symbol) => price > 0 && price <= MostUnits && price % _costs.StepAt(_series[symbol].Instrument, price) == 0;

    private Int128 FirstEstimate(in OrderIntent intent)
    {
        Int128 last = Last(intent.Symbol);
        if (intent.Type is OrderType.Limit or OrderType.StopLimit) return intent.LimitPrice;
        if (intent.Type == OrderType.Stop) return intent.StopPrice;
        if (intent.Type != OrderType.TrailingStop) return last;
        var trail = intent.TrailRate != 0 ? Int128.Max(1, last * intent.TrailRate / SimulationConfig.RateUnit) : intent.TrailAmount;
        return intent.Side == OrderSide.Sell ? last - trail : last + trail;
    }

    /// <summary>The rules from max_order_value on.</summary>
    /// <param name="gone">Orders that count as taken out.</param>
    private Verdict CheckRisk(int symbol, OrderSide side, BigInteger quantity, long estimate, int group, bool held, IReadOnlyCollection<NaiveOrder> gone)
    {
        if (_config.MaxOrderValue is { } value && quantity * estimate > (BigInteger)value) return new Verdict(Reason.MaxOrderValue);
        if (held) return new Verdict(Reason.None, estimate);
        var openings = Openings(gone);
        var opening = OpeningOfNew(symbol, side, quantity, group, gone);
        if (opening == 0) return new Verdict(Reason.None, estimate);

        var direction = side == OrderSide.Buy ? 1 : -1;
        var sameSide = Counted(gone).Where(order => order.Symbol == symbol && order.Side == side).Aggregate(BigInteger.Zero, (sum, order) => sum + CountedRemaining(order));
        if (_config.MaxPositionSize is { } size && BigInteger.Abs(_position[symbol] + (direction * (sameSide + quantity))) > size) return new Verdict(Reason.MaxPositionSize);

        var openValue = openings.Aggregate(BigInteger.Zero, (sum, one) => sum + (one.Opening * one.Order.Estimate));
        if (_config.MaxGrossExposure is { } gross && GrossPositions() + openValue + (opening * estimate) > (BigInteger)gross) return new Verdict(Reason.MaxGrossExposure);
        if (_drawdownLatched) return new Verdict(Reason.MaxDrawdown);
        if (_config.Account == AccountType.Cash && side == OrderSide.Sell) return new Verdict(Reason.ShortingNotAllowed);
        if (_config.Account == AccountType.Unlimited) return new Verdict(Reason.None, estimate);
        var required = (opening * estimate) + _costs.CommissionOfOneFill((long)quantity, quantity * estimate);
        var available = Available(gone);
        return required > available ? new Verdict(Reason.InsufficientBuyingPower, 0, required, available) : new Verdict(Reason.None, estimate);
    }

    private BigInteger GrossPositions() => Enumerable.Range(0, _series.Count).Aggregate(BigInteger.Zero, (sum, symbol) => sum + BigInteger.Abs((BigInteger)_position[symbol] * _mark[symbol]));

    private BigInteger Available(IReadOnlyCollection<NaiveOrder> gone)
    {
        var reserved = Openings(gone).Where(one => one.Opening > 0).Aggregate(BigInteger.Zero, (sum, one) =>
            sum + (one.Opening * one.Order.Estimate) + _costs.CommissionOfOneFill((long)CountedRemaining(one.Order), CountedRemaining(one.Order) * one.Order.Estimate));
        var funds = _config.Account == AccountType.Cash ? _cash : (_config.Leverage * ExactEquity() / RateUnit) - GrossPositions();
        return BigInteger.Max(0, funds - reserved);
    }

    /// <summary>Open orders that count: not held, and of a group only the open leg with the lowest number.</summary>
    private List<NaiveOrder> Counted(IReadOnlyCollection<NaiveOrder> gone)
    {
        var there = _orders.Where(order => order.IsOpen && !order.Held && !gone.Contains(order)).ToList();
        return [.. there.Where(order => order.OcoGroup == 0 || there.First(leg => leg.OcoGroup == order.OcoGroup) == order)];
    }

    private BigInteger CountedRemaining(NaiveOrder order) =>
        order.OpenNotional == 0 ? order.Remaining : FloorToUnit((BigInteger)order.OpenNotional / order.Estimate, order.Symbol);

    private List<(NaiveOrder Order, BigInteger Opening)> Openings(IReadOnlyCollection<NaiveOrder> gone)
    {
        var openings = new List<(NaiveOrder, BigInteger)>();
        foreach (var side in Counted(gone).GroupBy(order => (order.Symbol, order.Side)))
        {
            var closable = Closable(side.Key.Symbol, side.Key.Side);
            foreach (var order in side)
            {
                var closing = BigInteger.Min(closable, CountedRemaining(order));
                closable -= closing;
                openings.Add((order, CountedRemaining(order) - closing));
            }
        }

        return openings;
    }

    private BigInteger OpeningOfNew(int symbol, OrderSide side, BigInteger quantity, int group, IReadOnlyCollection<NaiveOrder> gone)
    {
        if (group != 0 && _orders.Any(order => order.IsOpen && !order.Held && order.OcoGroup == group && !gone.Contains(order))) return 0;
        var closable = Closable(symbol, side);
        foreach (var order in Counted(gone).Where(order => order.Symbol == symbol && order.Side == side)) closable -= BigInteger.Min(closable, CountedRemaining(order));
        return quantity - BigInteger.Min(closable, quantity);
    }

    /// <summary>Units of position that an order of this side would close.</summary>
    private BigInteger Closable(int symbol, OrderSide side) => side == OrderSide.Buy ? BigInteger.Max(0, -_position[symbol]) : BigInteger.Max(0, _position[symbol]);
}

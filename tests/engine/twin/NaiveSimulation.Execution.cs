using System.Numerics;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Executing a tick: docs/execution.md 5 to 7, 15.3.</summary>
public sealed partial class NaiveSimulation
{
    private const int ChangeClass = 0;
    private const int PreOpenClass = 1;
    private const int OrderClass = 2;
    private const int ImmediateEndClass = 3;

    private readonly Dictionary<int, List<Knot>> _paths = [];

    /// <summary>The event that is happening is a pre-open point.</summary>
    private bool PreOpenNow { get; set; }

    /// <summary>Something that is about to happen; the smallest one does.</summary>
    private sealed record Candidate(long Instant, int Class, int Sequence, Action Happen);

    public void CompleteTick()
    {
        if (CompletedTicks == TickCount) throw new InvalidOperationException("every tick is complete");
        var time = CurrentTime;
        StartBars();
        while (NextInTick(time) is { } next)
        {
            PreOpenNow = next.Class == PreOpenClass;
            next.Happen();
        }

        EndBars();
        CompletedTicks++;
        while (NextBetweenTicks() is { } next) next.Happen();
        CurrentTick = Math.Min(CurrentTick + 1, TickCount);
    }

    private void StartBars()
    {
        _paths.Clear();
        for (var symbol = 0; symbol < _series.Count; symbol++)
        {
            _usedVolume[symbol] = 0;
            if (BarNow(symbol) is not { } bar) continue;
            if (_orders.Any(order => order.IsOpen)) _mark[symbol] = bar.Open;
            _paths[symbol] = FullPath(symbol, bar);
        }

        foreach (var order in _orders.Where(order => order.IsOpen))
        {
            order.ResetBar();
            if (!order.Eligible || BarNow(order.Symbol) is not { } bar || !MayTrade(order, bar)) continue;
            order.Path = _paths[order.Symbol];
            order.AtOpen = true;
        }
    }

    private List<Knot> FullPath(int symbol, NaiveBar bar)
    {
        var highFirst = _config.Path switch
        {
            BarPath.HighFirst => true,
            BarPath.LowFirst => false,
            BarPath.Pessimistic when StopQuantity(symbol, OrderSide.Sell) > StopQuantity(symbol, OrderSide.Buy) => false,
            BarPath.Pessimistic when StopQuantity(symbol, OrderSide.Buy) > StopQuantity(symbol, OrderSide.Sell) => true,
            _ => bar.High - bar.Open < bar.Open - bar.Low,
        };
        return
        [
            new Knot(bar.Time, bar.Open, 1),
            new Knot(bar.Time + (_delta / 3), highFirst ? bar.High : bar.Low, 2),
            new Knot(bar.Time + (2 * _delta / 3), highFirst ? bar.Low : bar.High, 3),
            new Knot(bar.Time + _delta, bar.Close, 4),
        ];
    }

    private BigInteger StopQuantity(int symbol, OrderSide side) => _orders
        .Where(order => order.IsOpen && !order.Held && order.Symbol == symbol && order.Side == side && order.WaitsForTrigger)
        .Aggregate(BigInteger.Zero, (sum, order) => sum + CountedRemaining(order));

    private Candidate? NextInTick(long time)
    {
        var candidates = _changes.Where(change => change.Instant < time + _delta)
            .Select(change => new Candidate(change.Instant, ChangeClass, change.Sequence, () => Receive(change))).ToList();
        foreach (var order in _orders.Where(order => order.IsOpen && !order.Held))
        {
            if (BarNow(order.Symbol) is not { } bar || !MayTrade(order, bar)) continue;
            var next = !order.Eligible ? EligibilityOf(order, bar) : NextOf(order);
            if (next is not null) candidates.Add(next);
            if (order.TimeInForce == TimeInForce.ImmediateOrCancel && order.Eligible && order.EligibleTick == CurrentTick)
            {
                candidates.Add(new Candidate(bar.Time + _delta, ImmediateEndClass, order.Priority, () =>
                    End(order, EventKind.Cancelled, OrderState.Cancelled, Reason.ImmediateOrCancelRemainder, bar.Time + _delta)));
            }
        }

        return Smallest(candidates);
    }

    private static Candidate? Smallest(List<Candidate> candidates) =>
        candidates.OrderBy(one => one.Instant).ThenBy(one => one.Class).ThenBy(one => one.Sequence).FirstOrDefault();

    private void Receive(NaiveChange change)
    {
        _changes.Remove(change);
        Apply(change);
    }

    /// <summary>The eligibility of an order, when its point lies in this bar.</summary>
    private Candidate? EligibilityOf(NaiveOrder order, NaiveBar bar)
    {
        var inThisTick = order.PointTick == CurrentTick;
        var close = new Knot(bar.Time + _delta, bar.Close, 4);
        var open = new Knot(bar.Time, bar.Open, 1);
        return order.Point switch
        {
            PointKind.PreOpen when inThisTick => Eligible(open with { Price = order.PointPrice }, atOpen: true, preOpen: true),
            PointKind.Close when inThisTick => Eligible(close, atOpen: false, preOpen: false),
            PointKind.ParentFill when inThisTick => Eligible(order.ParentPoint, order.ParentPoint.Time == bar.Time, order.PointIsPreOpen),
            PointKind.OnOpen => AuctionBar(order) == bar ? Eligible(open, atOpen: true, preOpen: false) : null,
            PointKind.OnClose => AuctionBar(order) == bar ? Eligible(close, atOpen: false, preOpen: false) : null,
            _ when order.EligibleFrom >= bar.Time + _delta => null,
            _ when order.EligibleFrom <= bar.Time => Eligible(open, atOpen: true, preOpen: false),
            _ => Eligible(NaivePath.At(_paths[order.Symbol], order.EligibleFrom), atOpen: false, preOpen: false),
        };

        Candidate Eligible(Knot point, bool atOpen, bool preOpen) =>
            new(point.Time, preOpen ? PreOpenClass : OrderClass, order.Priority, () => BecomeEligible(order, point, atOpen, preOpen));
    }

    private void BecomeEligible(NaiveOrder order, Knot point, bool atOpen, bool preOpen)
    {
        order.Eligible = true;
        order.EligibleTick = CurrentTick;
        order.Path = NaivePath.From(_paths[order.Symbol], point);
        Look(order, point, atOpen);
        if (order.IsOpen && order.TimeInForce == TimeInForce.FillOrKill) End(order, EventKind.Cancelled, OrderState.Cancelled, Reason.FillOrKillNotFilled, point.Time);
        if (order.IsOpen && order.State == OrderState.Accepted)
        {
            order.State = OrderState.Working;
            _allEvents.Add(Describe(order, EventKind.Working, point.Time));
        }

        if (!order.IsOpen || !preOpen) return;
        order.Path = _paths[order.Symbol];
        order.AtOpen = true;
        order.MustReturn = false;
    }

    /// <summary>What an order does at the first point that it sees.</summary>
    private void Look(NaiveOrder order, Knot point, bool atOpen)
    {
        if (order.ActsAsLimit)
        {
            LookAsLimit(order, point);
        }
        else if (!order.WaitsForTrigger)
        {
            Attempt(order, point, maker: false, MarketReason(order, atOpen));
        }
        else if (order.Type == OrderType.TrailingStop)
        {
            if (order.Extreme is { } extreme && Beyond(order, point.Price, StopAt(order, extreme))) Trigger(order, point);
            else order.Extreme = WithPath(order, [point]);
        }
        else if (Beyond(order, point.Price, order.StopPrice))
        {
            Trigger(order, point);
        }
    }

    private void LookAsLimit(NaiveOrder order, Knot point)
    {
        var marketable = order.Direction * point.Price <= order.Direction * order.LimitPrice;
        if (marketable) Attempt(order, point, maker: false, LimitReason(order));
    }

    /// <summary>A stop price is reached from the other side than a limit: buys trigger above.</summary>
    private static bool Beyond(NaiveOrder order, long price, long stop) => order.Direction * price >= order.Direction * stop;

    private static long StopAt(NaiveOrder order, long extreme) => extreme + (order.Direction * order.TrailAt(extreme));

    private static FillReason LimitReason(NaiveOrder order) => order.Type == OrderType.Limit ? FillReason.LimitTouched : FillReason.StopLimitTouched;

    private static FillReason MarketReason(NaiveOrder order, bool atOpen) => order.Type switch
    {
        OrderType.MarketOnOpen => FillReason.MarketOnOpen,
        OrderType.MarketOnClose => FillReason.MarketOnClose,
        OrderType.Market => atOpen ? FillReason.MarketOpen : FillReason.Market,
        _ => FillReason.StopTriggered,
    };

    private void Trigger(NaiveOrder order, Knot point)
    {
        order.Triggered = true;
        order.AtOpen = false;
        order.Path = NaivePath.From(_paths[order.Symbol], point);
        _allEvents.Add(Describe(order, EventKind.Triggered, point.Time));
        if (order.Type == OrderType.StopLimit) LookAsLimit(order, point);
        else Attempt(order, point, maker: false, FillReason.StopTriggered);
    }

    /// <summary>What an eligible order does next in this bar.</summary>
    private Candidate? NextOf(NaiveOrder order)
    {
        if (order.DoneForBar || order.Path is not { } path) return null;
        if (order.ActsAsLimit) return NextOfLimit(order, path);
        if (!order.WaitsForTrigger) return order.AtOpen ? Then(path[0].Time, () => Attempt(order, path[0], maker: false, MarketReason(order, true))) : null;
        var trigger = order.Type == OrderType.TrailingStop ? TrailingTrigger(order, path) : FixedTrigger(order, path);
        return trigger is { } point ? Then(point.Time, () => Trigger(order, point)) : null;

        Candidate Then(long instant, Action happen) => new(instant, OrderClass, order.Priority, happen);
    }

    private Candidate? NextOfLimit(NaiveOrder order, List<Knot> path)
    {
        var (down, limit) = (order.Direction, order.LimitPrice);
        var touch = _config.LimitFill == LimitFill.Touch;
        var open = path[0];
        var beyond = touch ? down * open.Price <= down * limit : down * open.Price < down * limit;
        if (order.AtOpen && beyond) return Maker(open);
        if (order.MustReturn)
        {
            if (NaivePath.FirstReach(path, limit, -down) is not { } back) return null;
            path = NaivePath.From(_paths[order.Symbol], back);
        }

        var steps = touch ? 0 : _config.PenetrationTicks;
        var level = limit - (down * steps * _series[order.Symbol].Instrument.StepAt(limit));
        var through = touch || steps > 0 ? NaivePath.FirstReach(path, level, down) : NaivePath.FirstThrough(path, limit, down);
        return through is { } point ? Maker(point with { Price = limit }) : null;

        Candidate Maker(Knot at) => new(at.Time, OrderClass, order.Priority, () => Attempt(order, at, maker: true, LimitReason(order)));
    }

    private static Knot? FixedTrigger(NaiveOrder order, List<Knot> path)
    {
        if (Beyond(order, path[0].Price, order.StopPrice)) return path[0];
        return NaivePath.FirstReach(path, order.StopPrice, -order.Direction);
    }

    private static Knot? TrailingTrigger(NaiveOrder order, List<Knot> path)
    {
        var extreme = order.Extreme!.Value;
        if (order.AtOpen && Beyond(order, path[0].Price, StopAt(order, extreme))) return path[0];
        for (var index = 0; index < path.Count; index++)
        {
            if (index > 0)
            {
                var stop = StopAt(order, extreme);
                List<Knot> segment = [path[index - 1], path[index]];
                if (NaivePath.FirstReach(segment, stop, -order.Direction) is { } point) return point;
            }

            extreme = order.Side == OrderSide.Sell ? Math.Max(extreme, path[index].Price) : Math.Min(extreme, path[index].Price);
        }

        return null;
    }

    private void EndBars()
    {
        foreach (var order in _orders.Where(order => order.IsOpen))
        {
            if (order.Path is { } path && order.Type == OrderType.TrailingStop && !order.Triggered) order.Extreme = WithPath(order, path);
            order.Reason = NoFillReason(order);
            order.ResetBar();
        }

        for (var symbol = 0; symbol < _series.Count; symbol++)
        {
            if (BarNow(symbol) is { } bar) _mark[symbol] = bar.Close;
        }

        var equity = ExactEquity();
        EquitySamples.Add((CurrentTime, equity, _position.Any(position => position != 0)));
        _peak = BigInteger.Max(_peak, equity);
        if (_config.MaxDrawdown is { } limit && (_peak - equity) * RateUnit >= limit * _peak) _drawdownLatched = true;
    }

    private Reason NoFillReason(NaiveOrder order)
    {
        if (order.Held) return Reason.Held;
        if (BarNow(order.Symbol) is not { } bar) return Reason.NoBar;
        if (!MayTrade(order, bar)) return Reason.SessionClosed;
        if (!order.Eligible) return Reason.NotEligibleYet;
        if (order.BarReason != Reason.None) return order.BarReason;
        return order.WaitsForTrigger ? Reason.NotTriggered : Reason.NotThrough;
    }

    /// <summary>Cancels, replaces and expiries between two ticks.</summary>
    private Candidate? NextBetweenTicks()
    {
        long? nextTick = CompletedTicks < TickCount ? _ticks[CompletedTicks] : null;
        var lastExpiry = nextTick ?? _ticks[^1] + _delta;
        var candidates = _changes.Where(change => change.Instant < nextTick)
            .Select(change => new Candidate(change.Instant, ChangeClass, change.Sequence, () => Receive(change))).ToList();
        foreach (var order in _orders.Where(order => order.IsOpen && order.ExpiresAt <= lastExpiry))
        {
            candidates.Add(new Candidate(order.ExpiresAt!.Value, OrderClass, order.Number, () =>
                End(order, EventKind.Expired, OrderState.Expired, Reason.DayExpired, order.ExpiresAt!.Value)));
        }

        return Smallest(candidates);
    }
}

using System.Runtime.CompilerServices;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Path;

namespace Trading.Engine;

/// <summary>One bar in order of time: cancels, points of orders, ends of first bars (docs/execution.md section 7).</summary>
public sealed partial class Simulation
{
    private const byte PreOpenClass = 1;
    private const byte PointClass = 2;
    private const byte EndClass = 3;

    private readonly int[] _bars;
    private bool[] _highFirst = [];
    private long[] _budgetUsed = [];
    private int[] _candidates = [];
    private int _candidateCount;
    private bool _executing;
    private long _tickTime;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ExecuteTick()
    {
        OpenBars();
        _candidateCount = 0;
        foreach (var number in _open.Numbers) Prepare(number);
        while (TakeNextEvent())
        {
        }

        _executing = false;
        MarkCloses();
    }

    private void OpenBars()
    {
        if (_highFirst.Length == 0)
        {
            _highFirst = new bool[_series.Length];
            _budgetUsed = new long[_series.Length];
        }

        _tickTime = _now.Time;
        _eventTick = _completed + 1;
        _executing = true;
        for (var symbol = 0; symbol < _series.Length; symbol++)
        {
            var bar = _bars[symbol] = _now.BarAt(symbol);
            if (bar < 0) continue;
            _ledger.Marks[symbol] = _series[symbol].Open[bar];
            _budgetUsed[symbol] = 0;
            _highFirst[symbol] = GoesHighFirst(symbol, bar);
        }
    }

    private bool GoesHighFirst(int symbol, int bar)
    {
        var series = _series[symbol];
        var adaptive = series.High[bar] - series.Open[bar] < series.Open[bar] - series.Low[bar];
        return _config.Path switch
        {
            BarPath.HighFirst => true,
            BarPath.LowFirst => false,
            BarPath.Pessimistic => WorseHighFirst(symbol) ?? adaptive,
            _ => adaptive,
        };
    }

    /// <summary>Which side's resting stops are larger: sell stops make the bar go low first, buy stops high first.</summary>
    private bool? WorseHighFirst(int symbol)
    {
        Int128 down = 0, up = 0;
        foreach (var number in _open.Numbers)
        {
            ref var order = ref Order(number);
            if (order.Symbol != symbol || order.Held || !order.IsUntriggeredStop) continue;
            if (order.Side == OrderSide.Sell) down += order.Open;
            else up += order.Open;
        }

        return down == up ? null : up > down;
    }

    private BarPathKnots PathOf(int symbol) => new(_series[symbol], _bars[symbol], _highFirst[symbol]);

    private static bool MayTrade(in OrderRecord order, BarSeries series, int bar) => order.ExtendedHours || series.Session[bar] == MarketSession.Regular;

    /// <summary>Finds an order's first point in the executing bar and says why it waits when it has none.</summary>
    private void Prepare(int number)
    {
        ref var order = ref Order(number);
        order.Next = PointKind.None;
        order.Exhausted = false;
        if (order.Held) return;
        var bar = _bars[order.Symbol];
        if (bar < 0)
        {
            order.Reason = Reason.NoBar;
        }
        else if (!MayTrade(order, _series[order.Symbol], bar))
        {
            order.Reason = Reason.SessionClosed;
        }
        else if (order.Eligible)
        {
            order.Reason = WaitingReason(order);
            LookFromOpen(ref order, bar);
            if (order.Next != PointKind.None) AddCandidate(number);
        }
        else if (FindEligibility(ref order, bar))
        {
            AddCandidate(number);
        }
        else
        {
            order.Reason = Reason.NotEligibleYet;
        }
    }

    private void AddCandidate(int number)
    {
        if (_candidateCount == _candidates.Length) Array.Resize(ref _candidates, Math.Max(4, _candidateCount * 2));
        _candidates[_candidateCount++] = number;
    }

    private static Reason WaitingReason(in OrderRecord order) => order.IsLimit ? Reason.NotThrough : order.IsUntriggeredStop ? Reason.NotTriggered : Reason.VolumeExhausted;

    private static void SetNext(ref OrderRecord order, PointKind kind, PathPoint point, byte pointClass = PointClass)
    {
        order.Next = kind;
        order.NextClass = pointClass;
        order.NextTime = point.Time;
        order.NextPrice = point.Price;
        order.NextSegment = point.Segment;
    }

    private bool FindEligibility(ref OrderRecord order, int bar)
    {
        var series = _series[order.Symbol];
        var end = _tickTime + _barMicros;
        switch (order)
        {
            case { Type: OrderType.MarketOnOpen, Triggered: false }:
                if (!IsFirstOfDay(order.Symbol, bar) || _tickTime < order.EligibleAt) return false;
                SetNext(ref order, PointKind.Eligibility, new(_tickTime, series.Open[bar], 0));
                return true;
            case { Type: OrderType.MarketOnClose, Triggered: false }:
                if (!IsLastOfDay(order.Symbol, bar) || end < order.EligibleAt) return false;
                SetNext(ref order, PointKind.Eligibility, new(end, series.Close[bar], 3));
                return true;
            case { EligibleFrom: Eligibility.PreOpen }:
                SetNext(ref order, PointKind.Eligibility, new(_tickTime, LastBefore(order.Symbol, bar), 0), PreOpenClass);
                return true;
            case { EligibleFrom: Eligibility.AtClose }:
                SetNext(ref order, PointKind.Eligibility, new(end, series.Close[bar], 3));
                return true;
        }

        if (end <= order.EligibleAt) return false;
        SetNext(ref order, PointKind.Eligibility, PathOf(order.Symbol).At(order.EligibleAt));
        return true;
    }

    private long LastBefore(int symbol, int bar)
    {
        var before = bar - 1;
        while (_clock.SkipTo(symbol, before) != before) before--;
        return _series[symbol].Close[before];
    }

    private bool IsFirstOfDay(int symbol, int bar)
    {
        var series = _series[symbol];
        return series.Session[bar] == MarketSession.Regular
            && (bar == _clock.First[symbol] || series.Day[bar - 1] != series.Day[bar] || series.Session[bar - 1] != MarketSession.Regular);
    }

    private bool IsLastOfDay(int symbol, int bar)
    {
        var series = _series[symbol];
        return series.Session[bar] == MarketSession.Regular
            && (bar + 1 == _clock.End[symbol] || series.Day[bar + 1] != series.Day[bar] || series.Session[bar + 1] != MarketSession.Regular);
    }

    /// <summary>The next point of an order that rests when the bar opens.</summary>
    private void LookFromOpen(ref OrderRecord order, int bar)
    {
        var series = _series[order.Symbol];
        if (order.IsLimit)
        {
            // Most resting limits are far from the bar: two comparisons settle them.
            var reach = order.Side == OrderSide.Buy ? series.Low[bar] - order.LimitPrice : order.LimitPrice - series.High[bar];
            if (reach > 0 || (reach == 0 && _config.LimitFill == LimitFill.Through)) return;
        }

        var open = PathOf(order.Symbol).Open;
        order.LookTime = open.Time;
        order.LookPrice = open.Price;
        order.LookSegment = 0;
        if (order.IsLimit) LookForLimit(ref order, open, true);
        else if (order.Type == OrderType.TrailingStop && !order.Triggered) LookForTrail(ref order, open, true);
        else if (order.IsUntriggeredStop) LookForStop(ref order, open);
        else SetNext(ref order, PointKind.Fill, open);
    }

    /// <summary>The next point after a look that did not end the order.</summary>
    private void LookOn(ref OrderRecord order)
    {
        var from = new PathPoint(order.LookTime, order.LookPrice, order.LookSegment);
        if (order.IsLimit) LookForLimit(ref order, from, false);
        else if (order.Type == OrderType.TrailingStop && !order.Triggered) LookForTrail(ref order, from, false);
        else if (order.IsUntriggeredStop) LookForStop(ref order, from);
    }

    private void LookForLimit(ref OrderRecord order, PathPoint from, bool atOpen)
    {
        var favour = -order.Direction;
        var touch = _config.LimitFill == LimitFill.Touch;
        if (atOpen)
        {
            var better = favour * (from.Price - order.LimitPrice);
            if (touch ? better >= 0 : better > 0)
            {
                SetNext(ref order, PointKind.Fill, from);
                return;
            }
        }

        var beyond = _config.PenetrationTicks * _series[order.Symbol].Instrument.StepAt(order.LimitPrice);
        if (PathOf(order.Symbol).GoesThrough(from, order.LimitPrice, favour, beyond, touch, out var point)) SetNext(ref order, PointKind.Fill, point);
    }

    private void LookForStop(ref OrderRecord order, PathPoint from)
    {
        if (PathOf(order.Symbol).Reaches(from, order.StopPrice, order.Direction, out var point)) SetNext(ref order, PointKind.Trigger, point);
    }

    private void LookForTrail(ref OrderRecord order, PathPoint from, bool atOpen)
    {
        var trail = new Trail(order.TrailAmount, order.TrailRate);
        var direction = order.Direction;
        if (atOpen && direction * (from.Price - trail.StopFor(order.Extreme, direction)) >= 0)
        {
            order.ExtremeAtLook = order.Extreme;
            SetNext(ref order, PointKind.Trigger, from);
            return;
        }

        if (direction * (order.Extreme - from.Price) > 0) order.Extreme = from.Price;
        order.ExtremeAtLook = order.Extreme;
        if (PathOf(order.Symbol).Trails(from, long.MaxValue, direction, trail, ref order.Extreme, out var point)) SetNext(ref order, PointKind.Trigger, point);
    }

    /// <summary>Processes the smallest event that is left; false when the bar is over.</summary>
    private bool TakeNextEvent()
    {
        var place = FirstCandidate();
        var command = _pendingCount == 0 ? -1 : FirstPending();
        if (command >= 0 && _pending[command].EffectAt < _tickTime + _barMicros
            && (place < 0 || _pending[command].EffectAt <= Order(_candidates[place]).NextTime))
        {
            TakeEffect(command);
            return true;
        }

        if (place < 0) return false;
        var number = _candidates[place];
        ref var order = ref Order(number);
        TakePoint(number, ref order);
        if (!order.Life.IsOpen || order.Next == PointKind.None) RemoveCandidate(number);
        return true;
    }

    private int FirstCandidate()
    {
        var first = -1;
        for (var place = 0; place < _candidateCount; place++)
        {
            ref var order = ref Order(_candidates[place]);
            if (!order.Life.IsOpen)
            {
                _candidates[place--] = _candidates[--_candidateCount];
                continue;
            }

            if (first < 0 || Before(order, Order(_candidates[first]))) first = place;
        }

        return first;
    }

    private static bool Before(in OrderRecord a, in OrderRecord b)
    {
        if (a.NextTime != b.NextTime) return a.NextTime < b.NextTime;
        return a.NextClass != b.NextClass ? a.NextClass < b.NextClass : a.Priority < b.Priority;
    }

    private void RemoveCandidate(int number)
    {
        var place = _candidates.AsSpan(0, _candidateCount).IndexOf(number);
        if (place >= 0) _candidates[place] = _candidates[--_candidateCount];
    }

    private void TakePoint(int number, ref OrderRecord order)
    {
        var point = new PathPoint(order.NextTime, order.NextPrice, order.NextSegment);
        var kind = order.Next;
        var preOpen = order.NextClass == PreOpenClass;
        order.Next = PointKind.None;
        switch (kind)
        {
            case PointKind.Eligibility:
                BecomeEligible(number, ref order, point, preOpen);
                break;
            case PointKind.Trigger:
                Trigger(number, ref order, point, preOpen);
                break;
            case PointKind.Fill:
                TryFill(number, ref order, point, order.IsLimit, preOpen);
                break;
            case PointKind.EndOfFirstBar:
                Close(number, ref order, OrderState.Cancelled, Reason.ImmediateOrCancelRemainder, point.Time);
                return;
        }

        if (!order.Life.IsOpen) return;
        if (!order.Exhausted)
        {
            if (preOpen) LookFromOpen(ref order, _bars[order.Symbol]);
            else LookOn(ref order);
        }

        if (order.Next == PointKind.None && order.TimeInForce == TimeInForce.ImmediateOrCancel)
        {
            SetNext(ref order, PointKind.EndOfFirstBar, new(_tickTime + _barMicros, 0, 3), EndClass);
        }
    }

    private void BecomeEligible(int number, ref OrderRecord order, PathPoint point, bool preOpen)
    {
        order.Eligible = true;
        order.Reason = WaitingReason(order);
        order.LookTime = point.Time;
        order.LookPrice = point.Price;
        order.LookSegment = point.Segment;
        if (order.IsLimit)
        {
            LimitAtPoint(number, ref order, point, preOpen);
        }
        else if (order.Type == OrderType.TrailingStop && !order.Triggered)
        {
            StartTrail(number, ref order, point, preOpen);
        }
        else if (order.IsUntriggeredStop)
        {
            if (order.Direction * (point.Price - order.StopPrice) >= 0) Trigger(number, ref order, point, preOpen);
        }
        else
        {
            // From its point on, a market-on-open or market-on-close order waits like a market order.
            order.Triggered = true;
            TryFill(number, ref order, point, false, preOpen);
        }

        if (order.Life.State != OrderState.Accepted) return;
        order.Life.Become(OrderState.Working);
        Emit(EventKind.Working, number, order, point.Time);
    }

    private void StartTrail(int number, ref OrderRecord order, PathPoint point, bool preOpen)
    {
        if (order.HasExtreme)
        {
            var stop = new Trail(order.TrailAmount, order.TrailRate).StopFor(order.Extreme, order.Direction);
            if (order.Direction * (point.Price - stop) >= 0)
            {
                Trigger(number, ref order, point, preOpen);
                return;
            }

            if (order.Direction * (order.Extreme - point.Price) > 0) order.Extreme = point.Price;
            return;
        }

        order.HasExtreme = true;
        order.Extreme = point.Price;
    }

    /// <summary>A limit order at its eligibility point: marketable = a taker fill there.</summary>
    private void LimitAtPoint(int number, ref OrderRecord order, PathPoint point, bool preOpen)
    {
        if (order.Direction * (point.Price - order.LimitPrice) <= 0) TryFill(number, ref order, point, false, preOpen);
        else if (order.TimeInForce == TimeInForce.FillOrKill) Close(number, ref order, OrderState.Cancelled, Reason.FillOrKillNotFilled, point.Time);
    }

    private void Trigger(int number, ref OrderRecord order, PathPoint point, bool preOpen)
    {
        order.Triggered = true;
        order.LookTime = point.Time;
        order.LookPrice = point.Price;
        order.LookSegment = point.Segment;
        Emit(EventKind.Triggered, number, order, point.Time);
        order.Reason = WaitingReason(order);
        if (order.Type == OrderType.StopLimit) LimitAtPoint(number, ref order, point, preOpen);
        else TryFill(number, ref order, point, false, preOpen);
    }
}

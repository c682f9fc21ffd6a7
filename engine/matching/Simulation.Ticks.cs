using System.Runtime.CompilerServices;
using Trading.Engine.Arithmetic;
using Trading.Engine.Orders;

namespace Trading.Engine;

/// <summary>The course of ticks: execution, sample, and what happens before the next tick is current.</summary>
public sealed partial class Simulation
{
    private PendingCommand[] _pending = [];
    private int _pendingCount;
    private long _firstExpiry = long.MaxValue;
    private bool _drawdownReached;

    public void CompleteTick()
    {
        if (_completed >= _clock.TickCount) throw new InvalidOperationException("every tick is complete");
        if ((_open.Count | _pendingCount) != 0) ExecuteTick();
        else MarkCloses();
        _completed++;
        Sample();
        var time = _now.Time;
        _now.MoveNext();
        if ((_open.Count | _pendingCount) != 0) BetweenTicks(time);
        _eventTick = Math.Min(_completed + 1, _clock.TickCount);
    }

    /// <summary>Executes up to <paramref name="ticks"/> ticks; returns how many there were.</summary>
    public int CompleteTicks(int ticks)
    {
        var count = Math.Min(ticks, _clock.TickCount - _completed);
        for (var tick = 0; tick < count; tick++) CompleteTick();
        return count;
    }

    public void Finish()
    {
        if (Finished) return;
        if (_completed < _clock.TickCount) throw new InvalidOperationException("ticks are left");
        Finished = true;
        var end = LastInstant();
        while (_open.Count > 0)
        {
            var number = _open.Numbers[0];
            Close(number, ref Order(number), OrderState.Cancelled, Reason.EndOfSimulation, end);
        }

        for (var pending = 0; pending < _pendingCount; pending++)
        {
            if (_pending[pending].Replacement != 0) RefuseReplacement(_pending[pending], Reason.OrderClosed, end);
        }

        _pendingCount = 0;
    }

    private long LastInstant()
    {
        if (_clock.TickCount == 0) return _config.Start;
        var last = long.MinValue;
        for (var symbol = 0; symbol < _series.Length; symbol++)
        {
            if (_clock.Bars[symbol] > 0) last = Math.Max(last, _series[symbol].OpenTime[_clock.End[symbol] - 1]);
        }

        return last + _barMicros;
    }

    private void MarkCloses()
    {
        var marks = _ledger.Marks;
        for (var symbol = 0; symbol < marks.Length; symbol++)
        {
            var bar = _now.BarAt(symbol);
            if (bar >= 0) marks[symbol] = _series[symbol].Close[bar];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Sample()
    {
        ref var count = ref _statistics.Count;
        count.Ticks = _completed;
        if (_ledger.Held != 0)
        {
            count.ExposureTicks++;
            _statistics.Sample(_completed, _now.Time, _ledger.Equity);
            if (_config.MaxDrawdown.HasValue) WatchDrawdown();
        }
        else
        {
            SampleWithoutPosition();
        }

        if (_now.EndOfDay) _statistics.CloseDay(_now.Time);
        if (_completed >= _statistics.NextCurveTick) _statistics.AddCurvePoint(_completed, _now.Time);
    }

    private void SampleWithoutPosition()
    {
        if (_ledger.Cash == _statistics.LastEquity)
        {
            _statistics.SampleUnchanged(_now.Time);
            return;
        }

        _statistics.Sample(_completed, _now.Time, _ledger.Cash);
        if (_config.MaxDrawdown.HasValue) WatchDrawdown();
    }

    private void WatchDrawdown()
    {
        var fall = _statistics.PeakEquity - _statistics.LastEquity;
        if (fall > 0 && Exact.CompareProducts(fall, Configuration.SimulationConfig.RateUnit, _config.MaxDrawdown!.Value, _statistics.PeakEquity) >= 0) _drawdownReached = true;
    }

    /// <summary>Cancels and replaces with an instant before the next tick, expiries up to it, in order of instant, cancels first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BetweenTicks(long time)
    {
        var last = _completed == _clock.TickCount;
        var limit = last ? time + _barMicros : _now.Time;
        while (true)
        {
            var command = last ? -1 : FirstPending();
            var commandAt = command < 0 || _pending[command].EffectAt >= limit ? long.MaxValue : _pending[command].EffectAt;
            var expiring = FirstExpiring(limit, out var expiryAt);
            if (commandAt == long.MaxValue && expiring == 0) return;
            if (commandAt <= expiryAt) TakeEffect(command);
            else Close(expiring, ref Order(expiring), OrderState.Expired, Reason.DayExpired, expiryAt);
        }
    }

    /// <summary>The order that expires first up to <paramref name="limit"/>; 0 when there is none.</summary>
    private int FirstExpiring(long limit, out long expiryAt)
    {
        expiryAt = long.MaxValue;
        if (_firstExpiry > limit) return 0;
        var first = 0;
        foreach (var number in _open.Numbers)
        {
            var expires = Order(number).ExpiresAt;
            if (expires >= expiryAt) continue;
            (first, expiryAt) = (number, expires);
        }

        _firstExpiry = expiryAt;
        if (expiryAt <= limit) return first;
        expiryAt = long.MaxValue;
        return 0;
    }

    /// <summary>Place of the pending command that takes effect first; −1 when there is none.</summary>
    private int FirstPending()
    {
        var first = -1;
        for (var pending = 0; pending < _pendingCount; pending++)
        {
            if (first < 0 || _pending[pending].EffectAt < _pending[first].EffectAt) first = pending;
        }

        return first;
    }

    private void TakeEffect(int place)
    {
        var command = _pending[place];
        _pendingCount--;
        Array.Copy(_pending, place + 1, _pending, place, _pendingCount - place);
        if (command.Replacement != 0)
        {
            ApplyReplacement(command, command.EffectAt);
            return;
        }

        ref var order = ref Order(command.Order);
        if (order.Life.IsOpen) Close(command.Order, ref order, OrderState.Cancelled, Reason.CancelledByClient, command.EffectAt);
    }
}

using Trading.Engine.Bars;

namespace Trading.Engine.Clock;

/// <summary>
/// Reads the ticks of a simulation independently of its execution, forwards from any position: the session layer renders ticks ahead of,
/// and again after, their execution. Nothing is allocated per tick.
/// </summary>
/// <remarks>Not thread-safe. Knows no prices, so it cannot look ahead (EXEC-003).</remarks>
public sealed class ClockCursor
{
    private readonly SessionClock _clock;
    private readonly int[] _bars;
    private int _sequence;
    private long _time;
    private long _nextTime;
    private long _dayEnd;
    private bool _endOfDay;

    internal ClockCursor(SessionClock clock)
    {
        _clock = clock;
        _bars = clock.Uniform ? [] : new int[clock.Series.Length];
        Reset();
    }

    /// <summary>Number of ticks of the whole run.</summary>
    public int TickCount => _clock.TickCount;

    /// <summary>Sequence number of the current tick; 0 before the first one, <see cref="TickCount"/> + 1 after the last one.</summary>
    public int Sequence => _sequence;

    /// <summary>The current tick.</summary>
    /// <exception cref="InvalidOperationException">The cursor stands before the first or after the last tick.</exception>
    public Tick Current
    {
        get
        {
            if (_sequence == 0 || _sequence > TickCount) throw new InvalidOperationException("the cursor does not stand on a tick");
            return new Tick(_sequence, _time, SessionNow(), _endOfDay);
        }
    }

    internal long Time => _time;

    /// <summary>Open time of the next tick; <see cref="long.MaxValue"/> when there is none.</summary>
    internal long NextTime => _nextTime;

    internal bool EndOfDay => _endOfDay;

    /// <summary>Moves on by one tick; false after the last one.</summary>
    public bool MoveNext()
    {
        if (_sequence >= _clock.TickCount)
        {
            _sequence = _clock.TickCount + 1;
            return false;
        }

        _sequence++;
        _time = _nextTime;
        if (_clock.Uniform) MoveUniform();
        else MoveMerged();
        return true;
    }

    /// <summary>Stands on tick <paramref name="sequence"/>; 0 = before the first one. O(1) when all symbols share every bar, else O(ticks passed).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tick.</exception>
    public void Seek(int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, TickCount);
        if (_clock.Uniform && sequence > 0)
        {
            _sequence = sequence;
            _time = _clock.Series[0].OpenTime[_clock.First[0] + sequence - 1];
            _dayEnd = long.MinValue;
            MoveUniform();
            return;
        }

        if (sequence < _sequence) Reset();
        while (_sequence < sequence) MoveNext();
    }

    /// <summary>True when the symbol has a bar at the current tick.</summary>
    public bool IsTrading(int symbol) => BarAt(symbol) >= 0;

    /// <summary>Index of the symbol's bar at the current tick; −1 when it has none.</summary>
    internal int BarAt(int symbol)
    {
        if (_sequence == 0 || _sequence > _clock.TickCount) return -1;
        if (_clock.Uniform) return _clock.First[symbol] + _sequence - 1;
        var bar = _bars[symbol];
        return bar < _clock.End[symbol] && _clock.Series[symbol].OpenTime[bar] == _time ? bar : -1;
    }

    /// <summary>Index of the symbol's first bar at or after the current tick; the symbol's end when there is none.</summary>
    internal int BarAtOrAfter(int symbol) => _clock.Uniform ? _clock.First[symbol] + Math.Max(_sequence - 1, 0) : _bars[symbol];

    private void Reset()
    {
        _sequence = 0;
        _time = long.MinValue;
        _dayEnd = long.MinValue;
        _nextTime = _clock.Uniform ? _clock.Series[0].OpenTime[_clock.First[0]] : ResetBars();
    }

    private long ResetBars()
    {
        _clock.First.CopyTo(_bars, 0);
        return Earliest(long.MinValue);
    }

    private void MoveUniform()
    {
        var next = _clock.First[0] + _sequence;
        _nextTime = next < _clock.End[0] ? _clock.Series[0].OpenTime[next] : long.MaxValue;
        if (_time >= _dayEnd) _dayEnd = EarliestDayEnd();
        _endOfDay = _nextTime >= _dayEnd;
    }

    private void MoveMerged()
    {
        for (var symbol = 0; symbol < _bars.Length; symbol++)
        {
            var bar = _bars[symbol];
            if (bar < _clock.End[symbol] && _clock.Series[symbol].OpenTime[bar] < _time) _bars[symbol] = _clock.SkipTo(symbol, bar + 1);
        }

        _nextTime = Earliest(_time);
        if (_time >= _dayEnd || _bars.Length > 1) _dayEnd = EarliestDayEnd();
        _endOfDay = _nextTime >= _dayEnd;
    }

    /// <summary>Earliest open time after <paramref name="time"/> over all symbols; the bars stand at or after it.</summary>
    private long Earliest(long time)
    {
        var earliest = long.MaxValue;
        for (var symbol = 0; symbol < _bars.Length; symbol++)
        {
            var opens = _clock.Series[symbol].OpenTime;
            var bar = _bars[symbol];
            if (bar < _clock.End[symbol] && opens[bar] <= time) bar = _clock.SkipTo(symbol, bar + 1);
            if (bar < _clock.End[symbol]) earliest = Math.Min(earliest, opens[bar]);
        }

        return earliest;
    }

    private long EarliestDayEnd()
    {
        var end = long.MaxValue;
        for (var symbol = 0; symbol < _clock.Series.Length; symbol++)
        {
            var bar = BarAt(symbol);
            if (bar < 0) continue;
            var series = _clock.Series[symbol];
            end = Math.Min(end, series.Days.ExtendedClose(series.Day[bar]));
        }

        return end;
    }

    private MarketSession SessionNow()
    {
        var first = MarketSession.Closed;
        for (var symbol = 0; symbol < _clock.Series.Length; symbol++)
        {
            var bar = BarAt(symbol);
            if (bar < 0) continue;
            var session = _clock.Series[symbol].Session[bar];
            if (session == MarketSession.Regular) return session;
            if (first == MarketSession.Closed) first = session;
        }

        return first;
    }
}

using System.Runtime.InteropServices;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Engine.Clock;

/// <summary>The clock of a simulation (EXEC-002): the sorted distinct open times of the allowed bars of all symbols. Nothing is materialised.</summary>
internal sealed class SessionClock
{
    private readonly bool _extendedHours;

    public SessionClock(SimulationConfig config, IReadOnlyList<BarSeries> series)
    {
        _extendedHours = config.ExtendedHours;
        Series = new BarSeries[series.Count];
        First = new int[series.Count];
        End = new int[series.Count];
        Bars = new int[series.Count];
        var uniform = true;
        for (var symbol = 0; symbol < Series.Length; symbol++)
        {
            Series[symbol] = series[symbol];
            SetRange(symbol, config);
            uniform &= Bars[symbol] == End[symbol] - First[symbol] && Bars[symbol] > 0 && SameTimes(symbol);
        }

        Uniform = uniform;
        TickCount = uniform || Series.Length == 1 ? Bars[0] : CountByMerging();
    }

    public BarSeries[] Series { get; }

    /// <summary>Index of the first allowed bar in the range per symbol; <see cref="End"/> when there is none.</summary>
    public int[] First { get; }

    /// <summary>Index after the last allowed bar in the range per symbol.</summary>
    public int[] End { get; }

    /// <summary>Number of allowed bars in the range per symbol.</summary>
    public int[] Bars { get; }

    /// <summary>Every symbol has a bar at every tick and no bar is skipped: positions follow from the tick number.</summary>
    public bool Uniform { get; }

    public int TickCount { get; }

    /// <summary>The first allowed bar at or after <paramref name="bar"/>, or the symbol's end.</summary>
    public int SkipTo(int symbol, int bar)
    {
        var sessions = Series[symbol].Session;
        var end = End[symbol];
        while (bar < end && !Allowed(sessions[bar])) bar++;
        return bar;
    }

    private bool Allowed(MarketSession session) => _extendedHours ? session != MarketSession.Closed : session == MarketSession.Regular;

    private void SetRange(int symbol, SimulationConfig config)
    {
        var series = Series[symbol];
        var end = series.FirstAtOrAfter(config.End);
        var first = Math.Min(series.FirstAtOrAfter(config.Start), end);
        while (end > first && !Allowed(series.Session[end - 1])) end--;
        while (first < end && !Allowed(series.Session[first])) first++;
        First[symbol] = first;
        End[symbol] = end;
        var sessions = MemoryMarshal.AsBytes(series.Session.AsSpan(first, end - first));
        Bars[symbol] = _extendedHours ? sessions.Length - sessions.Count((byte)MarketSession.Closed) : sessions.Count((byte)MarketSession.Regular);
    }

    private bool SameTimes(int symbol) => symbol == 0
        || Series[symbol].OpenTime.AsSpan(First[symbol], End[symbol] - First[symbol]).SequenceEqual(Series[0].OpenTime.AsSpan(First[0], End[0] - First[0]));

    private int CountByMerging()
    {
        var bars = (int[])First.Clone();
        for (var ticks = 0; ; ticks++)
        {
            var time = long.MaxValue;
            for (var symbol = 0; symbol < bars.Length; symbol++)
            {
                if (bars[symbol] < End[symbol]) time = Math.Min(time, Series[symbol].OpenTime[bars[symbol]]);
            }

            if (time == long.MaxValue) return ticks;
            for (var symbol = 0; symbol < bars.Length; symbol++)
            {
                if (bars[symbol] < End[symbol] && Series[symbol].OpenTime[bars[symbol]] == time) bars[symbol] = SkipTo(symbol, bars[symbol] + 1);
            }
        }
    }
}

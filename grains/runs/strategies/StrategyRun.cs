using Trading.Engine;
using Trading.Engine.Bars;
using Trading.Engine.Clock;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Sessions;

namespace Trading.Grains.Runs;

/// <summary>
/// One parameter set on the engine that is behind sessions, too: at each tick the strategy knows the bars of the ticks before, as a client does, and gives its orders
/// before the tick is executed.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class StrategyRun
{
    private readonly ParameterSet _set;
    private readonly Simulation _simulation;
    private readonly ClockCursor _cursor;
    private readonly IReadOnlyList<BarSeries> _series;
    private readonly SmaCross[] _strategies;

    /// <summary>By symbol: a bar at or before the one of the current tick.</summary>
    private readonly int[] _bars;

    /// <exception cref="ArgumentException">The engine refuses the configuration.</exception>
    public StrategyRun(SimulationConfig config, IReadOnlyList<BarSeries> series, ParameterSet set, bool isShort)
    {
        _set = set;
        _series = series;
        _simulation = new Simulation(config, series);
        _cursor = _simulation.CreateCursor();
        _strategies = new SmaCross[series.Count];
        _bars = new int[series.Count];
        for (var symbol = 0; symbol < series.Count; symbol++)
        {
            _strategies[symbol] = new SmaCross(set.Fast, set.Slow, set.Quantity, isShort);
            _bars[symbol] = _simulation.RangeOf(symbol)?.First ?? 0;
        }
    }

    public int CompletedTicks => _simulation.CompletedTicks;

    /// <summary>Executes up to <paramref name="ticks"/> ticks.</summary>
    /// <returns>True when the run is finished and its results are final.</returns>
    public bool Advance(int ticks)
    {
        var last = (int)Math.Min(_simulation.TickCount, (long)_simulation.CompletedTicks + ticks);
        while (_simulation.CompletedTicks < last)
        {
            if (_simulation.CompletedTicks > 0) Decide();
            _cursor.MoveNext();
            _simulation.CompleteTick();
            _simulation.ClearEvents();
        }

        if (last < _simulation.TickCount) return false;
        _simulation.Finish();
        _simulation.ClearEvents();
        return true;
    }

    /// <summary>The main figures; only when it is finished.</summary>
    public SetResult Result()
    {
        var metrics = SessionReport.Metrics(_simulation);
        return new SetResult(
            _set,
            null,
            metrics.FinalEquity,
            metrics.TotalReturn,
            metrics.Standard.Sharpe,
            metrics.MaxDrawdown,
            metrics.Trades,
            metrics.WinningTrades,
            metrics.Orders,
            metrics.Fills,
            metrics.TotalCommission,
            _simulation.ResultHash);
    }

    /// <summary>The engine's report, JSON; only when it is finished.</summary>
    public string Report(string id) => SessionReport.Write(id, _simulation, refused: 0);

    /// <summary>Lets the strategies see the bars of the tick that the cursor stands on, which is complete, and gives their orders to the next one.</summary>
    private void Decide()
    {
        Span<OrderIntent> order = stackalloc OrderIntent[1];
        Span<SubmitOutcome> outcome = stackalloc SubmitOutcome[1];
        var time = _cursor.Current.Time;
        for (var symbol = 0; symbol < _strategies.Length; symbol++)
        {
            if (!_cursor.IsTrading(symbol)) continue;
            var (opens, bar) = (_series[symbol].OpenTime, _bars[symbol]);
            while (opens[bar] < time) bar++;
            _bars[symbol] = bar;
            if (!_strategies[symbol].Close(_series[symbol].Close[bar], out var side, out var quantity)) continue;
            order[0] = new OrderIntent { Symbol = symbol, Side = side, Type = OrderType.Market, TimeInForce = TimeInForce.GoodTilCancelled, Quantity = quantity, HasQuantity = true };
            _simulation.Submit(order, atomic: false, outcome);
        }
    }
}

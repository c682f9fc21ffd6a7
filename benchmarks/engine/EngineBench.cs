using System.Globalization;
using Trading.Engine;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Bench;

/// <summary>
/// An SMA(10/30) crossover over 100,000 one-minute bars with about 4,000 market orders on one core, everything included (account, costs,
/// statistics, events, result hash), beside a bare loop over the same columns that computes the same signals and a naive profit in doubles:
/// the work without an engine.
/// <code>
/// columns ─┬─ bare loop: two sums, a flip, a double
///          └─ engine: two sums, Submit(1 market order) at each crossing, CompleteTick per bar, ClearEvents
/// </code>
/// </summary>
public static class EngineBench
{
    private const int Bars = 100_000;
    private const int Fast = 10;
    private const int Slow = 30;
    private const int Rounds = 15;
    private const long Shares = 100 * Instrument.Unit;

    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var series = SyntheticBars.RandomWalk(Bars);
        WarmUp(series);
        var bare = Median(() => Reference(series));
        var engine = Median(() => Crossover(series, 0, out _));
        Crossover(series, 0, out var last);
        Write(output, "bare loop, same signals, no engine", bare, null);
        var allocated = AllocatedPerBar(series, 0);
        Write(output, $"SMA crossover, {last.OrderCount} market orders", engine, allocated);
        Write(output, "no order, no position", Median(() => Idle(series)), null);
        foreach (var resting in (int[])[1, 10, 100])
        {
            Write(output, $"SMA crossover and {resting} resting limits", Median(() => Crossover(series, resting, out _)), AllocatedPerBar(series, resting));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"engine / bare loop = {engine / bare:F2}   fills {last.Statistics.Counters.Fills}   hash {last.ResultHash[..16]}"));
        Medians.AtLeast(output, "million bars/s of the SMA crossover, median", Bars / engine / 1e6, 10);
        Medians.AtMost(output, "bytes allocated per bar in the steady state", allocated, 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"an idle simulation of one symbol holds {MemoryOfIdle(series)} bytes"));
    }

    private static void Write(TextWriter output, string what, double seconds, double? bytesPerBar) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-48} {Bars / seconds / 1e6,8:F1} M bars/s {seconds * 1e3,8:F2} ms") + (bytesPerBar is { } bytes ? string.Create(CultureInfo.InvariantCulture, $" {bytes,6:F2} B/bar") : ""));

    /// <summary>Lets the compiler finish its tiers: numbers from before that say nothing about a server.</summary>
    private static void WarmUp(BarSeries series)
    {
        for (var round = 0; round < 2 * Rounds; round++)
        {
            Crossover(series, round % 3, out _);
            Reference(series);
            Idle(series);
        }

        Thread.Sleep(200);
    }

    /// <summary>Processor time of this thread: on a machine that others use, the clock on the wall measures them.</summary>
    private static double Median(Func<long> work)
    {
        var seconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var start = ThreadClock.Seconds;
            work();
            seconds[round] = ThreadClock.Seconds - start;
        }

        return Medians.Of(seconds);
    }

    private static Simulation New(BarSeries series)
    {
        var config = new SimulationConfig { Start = 0, End = long.MaxValue, InitialCash = 10_000_000 * SimulationConfig.MoneyUnit };
        var simulation = new Simulation(config, [series]);
        simulation.Reserve(8192, 64, 128);
        return simulation;
    }

    private static long Idle(BarSeries series)
    {
        var simulation = New(series);
        simulation.CompleteTicks(Bars);
        return simulation.CompletedTicks;
    }

    private static long Crossover(BarSeries series, int resting, out Simulation simulation)
    {
        simulation = New(series);
        Rest(simulation, resting);
        Trade(simulation, series, 0, Bars);
        simulation.Finish();
        return simulation.ResultHash.Length;
    }

    private static void Rest(Simulation simulation, int resting)
    {
        Span<SubmitOutcome> outcome = stackalloc SubmitOutcome[1];
        for (var order = 0; order < resting; order++)
        {
            OrderIntent far = new()
            {
                Symbol = 0,
                Side = OrderSide.Buy,
                Type = OrderType.Limit,
                TimeInForce = TimeInForce.GoodTilCancelled,
                HasQuantity = true,
                Quantity = Instrument.Unit,
                LimitPrice = 1_000_000 * (order + 1),
            };
            simulation.Submit([far], false, outcome);
        }
    }

    /// <summary>Decides at tick k with the bars before it, as a client would.</summary>
    private static void Trade(Simulation simulation, BarSeries series, int from, int to)
    {
        Span<SubmitOutcome> outcome = stackalloc SubmitOutcome[1];
        Span<OrderIntent> order = stackalloc OrderIntent[1];
        var close = series.Close;
        long fast = 0, slow = 0;
        for (var bar = Math.Max(0, from - Slow); bar < from; bar++) Move(close, bar, ref fast, ref slow);
        var side = from == 0 ? 0 : Math.Sign(simulation.Position(0));
        for (var tick = from; tick < to; tick++)
        {
            if (tick >= Slow)
            {
                var wanted = fast * (Slow / Fast) > slow ? 1 : -1;
                if (wanted != side)
                {
                    order[0] = Flip(wanted, side);
                    simulation.Submit(order, false, outcome);
                    side = wanted;
                }
            }

            Move(close, tick, ref fast, ref slow);
            simulation.CompleteTick();
            simulation.ClearEvents();
        }
    }

    private static OrderIntent Flip(int wanted, int side) => new()
    {
        Symbol = 0,
        Side = wanted > 0 ? OrderSide.Buy : OrderSide.Sell,
        Type = OrderType.Market,
        TimeInForce = TimeInForce.Day,
        HasQuantity = true,
        Quantity = side == 0 ? Shares : 2 * Shares,
    };

    private static void Move(long[] close, int bar, ref long fast, ref long slow)
    {
        fast += close[bar] - (bar >= Fast ? close[bar - Fast] : 0);
        slow += close[bar] - (bar >= Slow ? close[bar - Slow] : 0);
    }

    private static long Reference(BarSeries series)
    {
        var (close, open) = (series.Close, series.Open);
        long fast = 0, slow = 0;
        var side = 0;
        double cash = 0, equity = 0;
        for (var tick = 0; tick < Bars; tick++)
        {
            if (tick >= Slow)
            {
                var wanted = fast * (Slow / Fast) > slow ? 1 : -1;
                if (wanted != side)
                {
                    cash -= (wanted - side) * 100.0 * open[tick] * 1e-8;
                    side = wanted;
                }
            }

            Move(close, tick, ref fast, ref slow);
            equity = cash + side * 100.0 * close[tick] * 1e-8;
        }

        return (long)equity;
    }

    /// <summary>Bytes per bar after the first 10,000 bars of a run of known size.</summary>
    private static double AllocatedPerBar(BarSeries series, int resting)
    {
        const int Warm = 10_000;
        var simulation = New(series);
        Rest(simulation, resting);
        Trade(simulation, series, 0, Warm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Trade(simulation, series, Warm, Bars);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (Bars - Warm);
    }

    private static long MemoryOfIdle(BarSeries series)
    {
        const int Count = 200;
        var kept = new Simulation[Count];
        var config = new SimulationConfig { Start = 0, End = long.MaxValue, InitialCash = SimulationConfig.MoneyUnit };
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < Count; index++) kept[index] = new Simulation(config, [series]);
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        GC.KeepAlive(kept);
        return bytes;
    }
}

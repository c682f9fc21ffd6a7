using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Properties that two runs of the engine must have against each other, whatever the models are.</summary>
public sealed class PropertyTests
{
    private const int Seeds = 150;

    [Fact]
    [Trait("req", "EXEC-003")]
    public void Bars_from_a_tick_on_change_nothing_that_happens_before_that_tick_executes()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var ticks = workload.Steps.Count(step => step is Step.CompleteTick);
            var tick = new Random(seed).Next(1, ticks + 1);
            var plain = new Simulation(workload.Config, workload.Series);
            var changed = new Simulation(workload.Config, ChangeFrom(workload, TimeOf(workload, tick)));
            Assert.Equal(plain.TickCount, changed.TickCount);
            foreach (var step in workload.Steps)
            {
                if (plain.CompletedTicks + 1 == tick && step is Step.CompleteTick) break;
                Assert.Equal(step.Take(plain), step.Take(changed));
                AssertSame(seed, plain, changed);
            }
        }
    }

    [Fact]
    [Trait("req", "EXEC-004")]
    public void Commands_belong_to_the_tick_that_is_not_complete_however_they_are_cut_into_batches()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var whole = new Simulation(workload.Config, workload.Series);
            var cut = new Simulation(workload.Config, workload.Series);
            foreach (var step in workload.Steps)
            {
                var (tick, time) = (whole.CurrentTick.Sequence, whole.CurrentTick.Time);
                whole.ClearEvents();
                step.Take(whole);
                foreach (var piece in Cut(step)) piece.Take(cut);
                if (step is Step.CompleteTick) continue;
                foreach (var one in whole.Events)
                {
                    Assert.Equal(tick, one.Tick);
                    Assert.Equal(time, one.Time);
                }
            }

            whole.Finish();
            cut.Finish();
            Assert.True(whole.ResultHash == cut.ResultHash, $"seed {seed}: cutting a batch changed the result");
        }
    }

    [Fact]
    [Trait("req", "EXEC-007")]
    public void Taking_an_order_away_never_shifts_the_draws_of_the_others()
    {
        var moved = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed, Undisturbed);
            var steps = workload.Steps.Select(WithoutGroups).Where(step => step is Step.Submit or Step.CompleteTick).ToList();
            var all = Run(workload, steps);
            var accepted = all.Where(one => one.Kind == EventKind.Accepted).Select(one => one.OrderNumber).ToList();
            if (accepted.Count == 0) continue;
            var gone = accepted[new Random(seed).Next(accepted.Count)];
            var without = Run(workload, RefuseOrder(steps, gone));
            Assert.Equal(Others(all, gone), Others(without, gone));
            moved += all.Count(one => one.OrderNumber != gone && one.Kind is EventKind.Fill or EventKind.Working && one.Time % 1000 != 0);
        }

        Assert.True(moved > 0, "no draw ever moved an order: the test shows nothing");
    }

    [Fact]
    [Trait("req", "EXEC-030")]
    public void All_orders_of_a_symbol_share_one_budget_per_bar()
    {
        var capped = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var part = new Random(seed).Next(2) == 0 ? SimulationConfig.RateUnit / 10 : SimulationConfig.RateUnit / 3;
            var workload = WorkloadGenerator.Generate(seed, config => config with { MaxParticipation = part });
            foreach (var bar in Run(workload, workload.Steps).Where(one => one.Kind == EventKind.Fill).GroupBy(one => (one.Symbol, one.Tick)))
            {
                var series = workload.Series[bar.Key.Symbol];
                var volume = series.Volume[series.FirstAtOrAfter(TimeOf(workload, bar.Key.Tick))];
                var lot = series.Instrument.Lot;
                var budget = (Int128)volume * part / SimulationConfig.RateUnit / lot * lot;
                var fills = bar.ToList();
                Assert.True(fills.Aggregate((Int128)0, (sum, fill) => sum + fill.Quantity) <= budget, $"seed {seed}: tick {bar.Key.Tick} took more than its budget");
                Assert.Equal(fills.OrderBy(fill => fill.Time), fills);
                Assert.True(fills.SkipLast(1).All(fill => fill.Remaining == 0), $"seed {seed}: tick {bar.Key.Tick} went on after an order had to leave something over");
                capped += fills[^1].Remaining > 0 ? 1 : 0;
            }
        }

        Assert.True(capped > 100, "the cap hardly ever mattered");
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void Two_runs_of_the_same_input_have_the_same_hash()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var again = WorkloadGenerator.Generate(seed);
            Assert.Equal(Hash(workload), Hash(again));
        }
    }

    [Fact]
    public void The_order_in_which_symbols_are_listed_changes_no_event()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var count = workload.Series.Count;
            var turned = workload with
            {
                Series = [.. Enumerable.Range(0, count).Select(symbol => workload.Series[(symbol + 1) % count])],
                Steps = [.. workload.Steps.Select(step => step is Step.Submit submit ? submit with { Orders = [.. submit.Orders.Select(Turn)] } : step)],
            };
            var events = Run(turned, turned.Steps).Select(one => one.Symbol >= 0 && one.Symbol < count ? one with { Symbol = (one.Symbol + 1) % count } : one);
            Assert.Equal(Run(workload, workload.Steps), events);

            OrderIntent Turn(OrderIntent order) => order.Symbol >= 0 && order.Symbol < count ? order with { Symbol = (order.Symbol + count - 1) % count } : order;
        }
    }

    private static List<SimulationEvent> Run(Workload workload, IEnumerable<Step> steps)
    {
        var simulation = new Simulation(workload.Config, workload.Series);
        foreach (var step in steps) step.Take(simulation);
        simulation.Finish();
        return [.. simulation.Events];
    }

    private static string Hash(Workload workload)
    {
        var simulation = new Simulation(workload.Config, workload.Series);
        foreach (var step in workload.Steps) step.Take(simulation);
        simulation.Finish();
        return simulation.ResultHash;
    }

    private static long TimeOf(Workload workload, int tick)
    {
        var cursor = new Simulation(workload.Config, workload.Series).CreateCursor();
        for (var step = 0; step < tick; step++) cursor.MoveNext();
        return cursor.Time;
    }

    private static void AssertSame(int seed, Simulation one, Simulation other)
    {
        Assert.True(one.Events.SequenceEqual(other.Events), $"seed {seed}: an event depends on a later bar");
        Assert.Equal(one.Cash, other.Cash);
        Assert.Equal(one.Equity, other.Equity);
        for (var symbol = 0; symbol < one.Series.Count; symbol++) Assert.Equal(one.Mark(symbol), other.Mark(symbol));
        for (var number = 1; number <= one.OrderCount; number++) Assert.Equal(one.ReadOrder(number), other.ReadOrder(number));
    }

    /// <summary>Other prices and volumes from an instant on; a symbol's first bar stays, because its open is the price before any is known (SIM-O22).</summary>
    private static List<BarSeries> ChangeFrom(Workload workload, long time) =>
    [
        .. workload.Series.Select((one, symbol) =>
        {
            var first = new Simulation(workload.Config, workload.Series).RangeOf(symbol)?.First ?? -1;
            bool Changes(int bar) => one.OpenTime[bar] >= time && bar != first;
            long[] Column(long[] prices, int factor, int summand) => [.. prices.Select((price, bar) => Changes(bar) ? (price * factor) + summand : price)];
            return new BarSeries(one.Instrument, one.Days, one.BarMicros, one.Source, one.DataVersion, one.OpenTime,
                Column(one.Open, 3, 5), Column(one.High, 4, 7), Column(one.Low, 2, 1), Column(one.Close, 3, 2), Column(one.Volume, 5, 11));
        }),
    ];

    /// <summary>Orders of a batch one by one, unless they hang together.</summary>
    private static IEnumerable<Step> Cut(Step step) => step is Step.Submit { Atomic: false } submit && submit.Orders.All(order => order.Role != GroupRole.BracketChild)
        ? submit.Orders.Select(order => new Step.Submit([order], false))
        : [step];

    /// <summary>A configuration in which orders can only meet through the generator of draws.</summary>
    private static SimulationConfig Undisturbed(SimulationConfig config) => config with
    {
        Account = AccountType.Unlimited,
        MaxParticipation = null,
        Path = BarPath.Adaptive,
        LatencyMs = 50,
        LatencyJitterMs = 90_000,
        MaxOrderValue = null,
        MaxPositionSize = null,
        MaxGrossExposure = null,
        MaxDrawdown = null,
        MaxOpenOrders = null,
        MaxOrdersPerMinute = null,
    };

    private static Step WithoutGroups(Step step) => step is Step.Submit submit
        ? new Step.Submit([.. submit.Orders.Select(order => order with { Role = GroupRole.None, Group = 0, ParentInBatch = 0 })], false)
        : step;

    private static IEnumerable<Step> RefuseOrder(List<Step> steps, int number)
    {
        var next = 1;
        foreach (var step in steps)
        {
            if (step is not Step.Submit submit)
            {
                yield return step;
                continue;
            }

            var first = next;
            next += submit.Orders.Length;
            yield return submit with { Orders = [.. submit.Orders.Select((order, index) => first + index == number ? order with { Symbol = -1 } : order)] };
        }
    }

    private static List<SimulationEvent> Others(List<SimulationEvent> events, int gone) =>
        [.. events.Where(one => one.OrderNumber != gone).Select(one => one with { FillNumber = 0 })];
}

using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Scenario;

/// <summary>Drives one simulation and keeps its events.</summary>
internal sealed class Run(SimulationConfig config, params BarSeries[] series)
{
    public Simulation Simulation { get; } = new(config, series);

    public List<SimulationEvent> Events { get; } = [];

    public IEnumerable<SimulationEvent> Fills => Events.Where(entry => entry.Kind == EventKind.Fill);

    public SubmitOutcome Submit(OrderIntent order) => Submit(false, order)[0];

    public SubmitOutcome[] Submit(bool atomic, params OrderIntent[] orders)
    {
        var outcomes = new SubmitOutcome[orders.Length];
        Simulation.Submit(orders, atomic, outcomes);
        Collect();
        return outcomes;
    }

    public Reason Cancel(int number)
    {
        var reason = Simulation.Cancel(number);
        Collect();
        return reason;
    }

    public SubmitOutcome Replace(int number, decimal quantity = 0, decimal limit = 0, decimal stop = 0, TimeInForce tif = 0)
    {
        var outcome = Simulation.Replace(new ReplaceIntent(number, Market.U(quantity), Market.U(limit), Market.U(stop), tif));
        Collect();
        return outcome;
    }

    public Run Ticks(int count = 1)
    {
        for (var tick = 0; tick < count; tick++) Simulation.CompleteTick();
        Collect();
        return this;
    }

    public Run ToEnd()
    {
        Ticks(Simulation.TickCount - Simulation.CompletedTicks);
        Simulation.Finish();
        Collect();
        return this;
    }

    /// <summary>The one fill there must be.</summary>
    public SimulationEvent OnlyFill() => Assert.Single(Fills);

    public SimulationEvent Last(int number) => Events.Last(entry => entry.OrderNumber == number);

    private void Collect()
    {
        Events.AddRange(Simulation.Events);
        Simulation.ClearEvents();
    }
}

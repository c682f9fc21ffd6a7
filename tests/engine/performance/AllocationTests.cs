using Trading.Engine.Account;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Performance;

public sealed class AllocationTests
{
    [Fact]
    public void Ticks_orders_fills_and_the_hash_allocate_nothing_in_the_steady_state()
    {
        const int Ticks = 390;
        var run = new Simulation(Plain, [Minutes("A", Open, [.. Enumerable.Range(0, Ticks).Select(tick => (100m + tick % 7, 110m, 90m, 100m + (tick + 1) % 7, 1_000m))])]);
        run.Reserve(orders: 1000, eventsBetweenClears: 64, days: 2);
        OrderIntent[] batch = [Buy(4), Sell(3), Buy(1, OrderType.Limit, limit: 50), Sell(1, OrderType.Stop, stop: 95)];
        var outcomes = new SubmitOutcome[1];
        var positions = new PositionView[1];
        Drive(run, batch, outcomes, positions, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Drive(run, batch, outcomes, positions, Ticks - 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(run.Statistics.Counters.Fills > 200);
    }

    [Fact]
    public void An_idle_simulation_takes_a_few_kilobytes()
    {
        var bars = Minutes("A", Open, (100, 101, 99, 100, 10));
        GC.KeepAlive(new Simulation(Plain, [bars]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var run = new Simulation(Plain, [bars]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 8_192);
        GC.KeepAlive(run);
    }

    private static void Drive(Simulation run, OrderIntent[] batch, SubmitOutcome[] outcomes, PositionView[] positions, int ticks)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            run.Submit(batch.AsSpan(tick % batch.Length, 1), false, outcomes);
            if (batch[tick % batch.Length].Type == OrderType.Limit) run.Cancel(outcomes[0].OrderNumber);
            run.CompleteTick();
            run.ReadAccount(positions);
            run.ClearEvents();
        }
    }
}

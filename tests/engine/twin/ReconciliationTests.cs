using System.Reflection;
using Trading.Engine.Account;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>The comparison of intent, order state and ledger must not only be quiet when they agree (the judge checks that after every step).</summary>
public sealed class ReconciliationTests
{
    [Fact]
    [Trait("req", "EXEC-055")]
    public void A_ledger_that_booked_something_else_than_the_fills_is_flagged()
    {
        var simulation = WithPosition(out var symbol);
        Ledger(simulation).Positions[symbol]++;
        Assert.Contains(simulation.Reconcile(), divergence => divergence.Symbol == symbol && divergence.Rule == "position = sum of signed fills" && divergence.Found == divergence.Expected + 1);
    }

    [Fact]
    [Trait("req", "EXEC-055")]
    public void Cash_that_does_not_follow_from_the_lots_is_flagged()
    {
        var simulation = WithPosition(out _);
        var ledger = Ledger(simulation);
        var cash = ledger.GetType().GetProperty(nameof(Simulation.Cash))!;
        cash.SetValue(ledger, ledger.Cash + 1);
        Assert.Contains(simulation.Reconcile(), divergence => divergence.Rule == "cash = start + realised − open lots");
    }

    [Fact]
    [Trait("req", "EXEC-055")]
    public void An_order_that_records_other_fills_than_the_ledger_is_flagged_with_its_number()
    {
        var simulation = WithPosition(out _);
        var number = Enumerable.Range(1, simulation.OrderCount).First(one => simulation.ReadOrder(one).Filled > 0);
        Records(simulation)[number - 1].Filled++;
        Assert.Contains(simulation.Reconcile(), divergence => divergence.Order == number);
        Assert.Contains(simulation.Reconcile(), divergence => divergence.Rule == "position = sum of signed fills");
    }

    [Fact]
    [Trait("req", "EXEC-055")]
    public void An_order_that_is_not_what_the_strategy_asked_for_is_flagged()
    {
        var simulation = WithPosition(out _);
        var number = Enumerable.Range(1, simulation.OrderCount).First(one => simulation.StateOf(one) != OrderState.Rejected);
        ref var order = ref Records(simulation)[number - 1];
        order.Side = order.Side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
        Assert.Contains(simulation.Reconcile(), divergence => divergence.Order == number);
    }

    /// <summary>Runs seeds until one holds a position.</summary>
    private static Simulation WithPosition(out int symbol)
    {
        for (var seed = 1; ; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var simulation = new Simulation(workload.Config, workload.Series);
            foreach (var step in workload.Steps)
            {
                step.Take(simulation);
                if (simulation.PositionCount == 0) continue;
                symbol = Enumerable.Range(0, workload.Series.Count).First(one => simulation.Position(one) != 0);
                Assert.Empty(simulation.Reconcile());
                return simulation;
            }
        }
    }

    private static Ledger Ledger(Simulation simulation) => (Ledger)Field(simulation, "_ledger");

    private static OrderRecord[] Records(Simulation simulation) => (OrderRecord[])Field(simulation, "_orders");

    private static object Field(Simulation simulation, string name) => typeof(Simulation).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(simulation)!;
}

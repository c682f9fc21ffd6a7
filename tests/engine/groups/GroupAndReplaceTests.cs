using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Groups;

public sealed class GroupAndReplaceTests
{
    private static OrderIntent Leg(OrderIntent order) => order with { Role = GroupRole.OneCancelsOther, Group = 1 };

    private static OrderIntent Child(OrderIntent order) => order with { Role = GroupRole.BracketChild, ParentInBatch = 0 };

    [Fact]
    [Trait("req", "EXEC-024")]
    public void A_filled_leg_cancels_the_other()
    {
        var run = new Run(Plain, Minutes("A", Open, (100, 100, 100, 100, 10), (100, 102, 99, 101, 10)));
        run.Submit(false, Leg(Sell(5, OrderType.Limit, limit: 101)), Leg(Sell(5, OrderType.Stop, stop: 95)));
        run.Ticks(2);
        Assert.Equal(OrderState.Filled, run.Simulation.StateOf(1));
        Assert.Equal((OrderState.Cancelled, Reason.OneCancelsOther), (run.Last(2).State, run.Last(2).Reason));
        Assert.Equal(run.OnlyFill().Time, run.Last(2).Time);
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void A_partial_fill_of_a_leg_lowers_the_other_by_as_much()
    {
        var run = new Run(Plain with { MaxParticipation = 100_000_000_000 }, Minutes("A", Open, (100, 100, 100, 100, 20), (100, 102, 100, 101, 20), (100, 100, 100, 100, 20)));
        run.Submit(false, Leg(Sell(5, OrderType.Limit, limit: 101)), Leg(Sell(5, OrderType.Stop, stop: 95)));
        run.Ticks(2);
        Assert.Equal(U(2), run.OnlyFill().Quantity);
        Assert.Equal((U(3), U(3)), (run.Simulation.ReadOrder(1).Remaining, run.Simulation.ReadOrder(2).Remaining));
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void Bracket_children_are_held_until_the_entry_is_filled_and_then_are_a_pair()
    {
        // Entry at the open 100; the take profit at 103 is reached on 99 → 104 after 4/5 of 20 s; the stop at 98 is cancelled.
        var run = new Run(Plain, Minutes("A", Open, (100, 104, 99, 103, 10)));
        run.Submit(false, Buy(5), Child(Sell(5, OrderType.Limit, limit: 103)), Child(Sell(5, OrderType.Stop, stop: 98)));
        Assert.Equal((Reason.Held, Reason.Held), (run.Simulation.ReasonOf(2), run.Simulation.ReasonOf(3)));
        run.Ticks();
        Assert.Equal([(1, U(100), Open), (2, U(103), Open + 36_000_000)], run.Fills.Select(fill => (fill.OrderNumber, fill.Price, fill.Time)));
        Assert.Equal(Reason.OneCancelsOther, run.Simulation.ReasonOf(3));
        Assert.Empty(run.Simulation.Reconcile());
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void Children_of_an_entry_that_ends_without_a_fill_end_with_it()
    {
        var run = new Run(Plain, Minutes("A", Open, (100, 100, 100, 100, 10)));
        run.Submit(false, Buy(5, OrderType.Limit, limit: 90), Child(Sell(5, OrderType.Limit, limit: 103)));
        run.Cancel(1);
        Assert.Equal((OrderState.Cancelled, Reason.ParentEnded), (run.Last(2).State, run.Last(2).Reason));
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void A_replace_takes_over_and_loses_its_place_unless_it_only_lowers_the_quantity()
    {
        var run = new Run(Plain, Minutes("A", Open, (100, 100, 100, 100, 10), (100, 100, 98, 99, 10)));
        run.Submit(false, Buy(5, OrderType.Limit, limit: 99), Buy(6, OrderType.Limit, limit: 99), Buy(7, OrderType.Limit, limit: 99));
        run.Ticks();
        Assert.Equal((4, Reason.None), (run.Replace(1, quantity: 9).OrderNumber, run.Simulation.ReasonOf(4)));
        Assert.Equal(5, run.Replace(2, quantity: 2).OrderNumber);
        Assert.Equal((OrderState.Replaced, 4), (run.Last(1).State, run.Last(1).OtherOrder));
        run.Ticks();
        Assert.Equal([(5, U(2)), (3, U(7)), (4, U(9))], run.Fills.Select(fill => (fill.OrderNumber, fill.Quantity)));
    }

    [Fact]
    [Trait("req", "EXEC-006")]
    [Trait("req", "EXEC-024")]
    public void A_replace_that_comes_too_late_is_refused_and_changes_nothing()
    {
        var run = new Run(Plain with { CancelLatencyMs = 50_000 }, Minutes("A", Open, (100, 100, 100, 100, 10), (100, 100, 98, 99, 10)));
        run.Submit(Buy(5, OrderType.Limit, limit: 99));
        run.Ticks();
        Assert.True(run.Replace(1, limit: 95).Accepted);
        Assert.Equal(OrderState.Pending, run.Simulation.StateOf(2));
        run.Ticks();
        Assert.Equal(U(99), run.OnlyFill().Price);
        Assert.Equal((EventKind.Rejected, Reason.OrderClosed), (run.Last(2).Kind, run.Last(2).Reason));
        Assert.Throws<InvalidOperationException>(() => run.Replace(1, limit: 95));
    }

    [Fact]
    public void An_atomic_batch_is_accepted_whole_or_not_at_all()
    {
        var run = new Run(Plain, Minutes("A", Open, (100, 100, 100, 100, 10)));
        var outcomes = run.Submit(true, Buy(1), Buy(0), Buy(2));
        Assert.Equal([Reason.AtomicBatchRejected, Reason.InvalidQuantity, Reason.AtomicBatchRejected], outcomes.Select(outcome => outcome.Reason));
        Assert.Equal(0, run.Simulation.OpenOrderCount);
        Assert.All(run.Submit(true, Buy(1), Buy(2)), outcome => Assert.True(outcome.Accepted));
    }
}

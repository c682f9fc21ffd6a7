using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Orders;

public sealed class OrderStateTests
{
    [Fact]
    [Trait("req", "EXEC-054")]
    public void Exactly_the_documented_transitions_are_legal()
    {
        OrderState[] ends = [OrderState.PartiallyFilled, OrderState.Filled, OrderState.Cancelled, OrderState.Expired, OrderState.Replaced];
        Dictionary<OrderState, OrderState[]> legal = new()
        {
            [OrderState.Pending] = [OrderState.Accepted, OrderState.Rejected],
            [OrderState.Accepted] = [OrderState.Working, .. ends],
            [OrderState.Working] = ends,
            [OrderState.PartiallyFilled] = ends,
        };
        foreach (var from in Enum.GetValues<OrderState>())
        {
            foreach (var to in Enum.GetValues<OrderState>())
            {
                var allowed = legal.GetValueOrDefault(from, []).Contains(to);
                Assert.Equal(allowed, OrderStates.MayBecome(from, to));
                if (allowed) Assert.Equal(to, OrderStates.Check(from, to));
                else Assert.Throws<InvalidOperationException>(() => OrderStates.Check(from, to));
            }
        }
    }

    [Fact]
    [Trait("req", "EXEC-054")]
    public void The_holder_of_a_state_refuses_and_keeps_what_it_had()
    {
        var life = new OrderLife();
        Assert.Throws<InvalidOperationException>(() => life.Become(OrderState.Filled));
        Assert.Equal(OrderState.Pending, life.State);
        life.Become(OrderState.Accepted);
        life.Become(OrderState.Filled);
        Assert.Throws<InvalidOperationException>(() => life.Become(OrderState.Cancelled));
        Assert.Equal(OrderState.Filled, life.State);
    }
}

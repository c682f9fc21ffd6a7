using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>What holds after every event whatever the models are (EXEC-054), kept from the events alone and independent of engine and twin.</summary>
public sealed class Invariants(Workload workload)
{
    private sealed class Book
    {
        public OrderState State { get; set; }

        public long? Quantity { get; set; }

        public long Filled { get; set; }
    }

    private readonly Dictionary<int, Book> _orders = [];
    private readonly long[] _position = new long[workload.Series.Count];
    private Int128 _cash = workload.Config.InitialCash;
    private int _fills;

    public void After(SimulationEvent one)
    {
        if (!_orders.TryGetValue(one.OrderNumber, out var order)) _orders.Add(one.OrderNumber, order = new Book());
        Assert.True(IsLegal(order.State, one), $"seed {workload.Seed}: order {one.OrderNumber} went from {order.State} by {one.Kind} to {one.State}");
        order.State = one.State;
        if (one.Kind == EventKind.Accepted && one.Quantity > 0) order.Quantity = one.Quantity;
        if (one.Kind != EventKind.Fill) return;

        Assert.Equal(++_fills, one.FillNumber);
        Assert.True(one.Quantity > 0 && one.Price > 0 && one.Commission >= 0 && one.Fees >= 0);
        order.Quantity ??= one.Quantity + one.Remaining;
        order.Filled += one.Quantity;
        Assert.True(order.Filled <= order.Quantity, $"seed {workload.Seed}: order {one.OrderNumber} filled {order.Filled} of {order.Quantity}");
        var direction = one.Side == OrderSide.Buy ? 1 : -1;
        _position[one.Symbol] += direction * one.Quantity;
        _cash -= (direction * (Int128)one.Quantity * one.Price) + one.Commission + one.Fees;
    }

    public void AfterStep(ISimulation simulation)
    {
        Assert.Equal(_cash, simulation.Cash);
        var equity = _cash;
        for (var symbol = 0; symbol < _position.Length; symbol++)
        {
            Assert.Equal(_position[symbol], simulation.Position(symbol));
            equity += (Int128)_position[symbol] * simulation.Mark(symbol);
        }

        Assert.Equal(equity, simulation.Equity);
        foreach (var (number, order) in _orders) Assert.Equal(order.State, simulation.StateOf(number));
    }

    public void AtEnd()
    {
        foreach (var (number, order) in _orders) Assert.True(IsTerminal(order.State), $"seed {workload.Seed}: order {number} is {order.State} after the end");
    }

    public static bool IsTerminal(OrderState state) => state is OrderState.Filled or OrderState.Rejected or OrderState.Cancelled or OrderState.Expired or OrderState.Replaced;

    private static bool IsLegal(OrderState from, in SimulationEvent one) => from switch
    {
        OrderState.Pending => (one.Kind, one.State) is (EventKind.Accepted, OrderState.Accepted) or (EventKind.Rejected, OrderState.Rejected),
        OrderState.Accepted or OrderState.Working or OrderState.PartiallyFilled => (one.Kind, one.State) switch
        {
            (EventKind.Working, OrderState.Working) => from == OrderState.Accepted,
            (EventKind.Triggered, var state) => state == from,
            (EventKind.Fill, OrderState.PartiallyFilled) => one.Remaining > 0,
            (EventKind.Fill, OrderState.Filled) => one.Remaining == 0,
            (EventKind.Cancelled, OrderState.Cancelled) => true,
            (EventKind.Expired, OrderState.Expired) => true,
            (EventKind.Replaced, OrderState.Replaced) => true,
            _ => false,
        },
        _ => false,
    };
}

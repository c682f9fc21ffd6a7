namespace Trading.Engine.Orders;

/// <summary>The legal life of an order: which state may follow which (EXEC-054).</summary>
public static class OrderStates
{
    /// <summary>True while the order can still fill.</summary>
    public static bool IsOpen(OrderState state) => state is OrderState.Accepted or OrderState.Working or OrderState.PartiallyFilled;

    /// <summary>True when the order never changes again.</summary>
    public static bool IsTerminal(OrderState state) => state >= OrderState.Filled;

    /// <summary>True when an order in state <paramref name="from"/> may become <paramref name="to"/>.</summary>
    public static bool MayBecome(OrderState from, OrderState to) => from switch
    {
        OrderState.Pending => to is OrderState.Accepted or OrderState.Rejected,
        OrderState.Accepted => to is OrderState.Working || EndsOrFills(to),
        OrderState.Working or OrderState.PartiallyFilled => EndsOrFills(to),
        _ => false,
    };

    /// <summary>Returns <paramref name="to"/> when the step is legal.</summary>
    /// <exception cref="InvalidOperationException">The transition is illegal.</exception>
    public static OrderState Check(OrderState from, OrderState to) =>
        MayBecome(from, to) ? to : throw new InvalidOperationException($"an order cannot go from {from} to {to}");

    private static bool EndsOrFills(OrderState to) =>
        to is OrderState.PartiallyFilled or OrderState.Filled or OrderState.Cancelled or OrderState.Expired or OrderState.Replaced;
}

/// <summary>Holds the state of one order and refuses illegal transitions; the default is <see cref="OrderState.Pending"/>.</summary>
public struct OrderLife : IEquatable<OrderLife>
{
    public OrderState State { get; private set; }

    public readonly bool IsOpen => OrderStates.IsOpen(State);

    /// <summary>Moves on to <paramref name="next"/>.</summary>
    /// <exception cref="InvalidOperationException">The transition is illegal; the state stays as it was.</exception>
    public void Become(OrderState next) => State = OrderStates.Check(State, next);

    public readonly bool Equals(OrderLife other) => State == other.State;

    public override readonly bool Equals(object? obj) => obj is OrderLife other && Equals(other);

    public override readonly int GetHashCode() => (int)State;

    public static bool operator ==(OrderLife left, OrderLife right) => left.Equals(right);

    public static bool operator !=(OrderLife left, OrderLife right) => !left.Equals(right);
}

using Trading.Engine.Orders;

namespace Trading.GrainInterfaces.Orders;

/// <summary>One order ever submitted; key = <c>tenant/session/order</c>. Occupies memory only while someone looks; changes go through the session.</summary>
[Alias("trading.order-grain")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>The order's three records; null when the session never saw it.</summary>
    [Alias("get")]
    Task<OrderRecord?> Get(CancellationToken cancellationToken);
}

/// <summary>What was asked for, how the simulated broker's state evolved, and what was filled, kept apart (EXEC-055).</summary>
[GenerateSerializer, Immutable, Alias("trading.order-record")]
public sealed record OrderRecord(
    [property: Id(0)] string OrderId,
    [property: Id(1)] int OrderNumber,
    [property: Id(2)] Sessions.ClientOrder Intent,
    [property: Id(3)] string? ParentStrategy,
    [property: Id(4)] OrderState State,
    [property: Id(5)] Reason Reason,
    [property: Id(6)] long Remaining,
    [property: Id(7)] IReadOnlyList<OrderTransition> Transitions,
    [property: Id(8)] IReadOnlyList<Sessions.FillOutput> Fills);

/// <param name="Time">Simulated instant, microseconds UTC.</param>
[GenerateSerializer, Immutable, Alias("trading.order-transition")]
public sealed record OrderTransition([property: Id(0)] OrderState State, [property: Id(1)] Reason Reason, [property: Id(2)] long Time, [property: Id(3)] int Tick);

using Trading.Engine.Orders;

namespace Trading.Storage.ReadModels;

/// <summary>An order as the table <c>orders</c> shows it: what was asked for, and what became of it. Prices and quantities in 10⁻⁸; null = not given.</summary>
public sealed record OrderRow
{
    /// <summary>The client's name for it, unique in the run.</summary>
    public required string OrderId { get; init; }

    /// <summary>In order of arrival, from 1.</summary>
    public required int Place { get; init; }

    /// <summary>The engine's number; 0 when it was refused before.</summary>
    public required int OrderNumber { get; init; }

    public required string Symbol { get; init; }

    public required OrderSide Side { get; init; }

    public required OrderType Type { get; init; }

    public required TimeInForce TimeInForce { get; init; }

    public long? Quantity { get; init; }

    /// <summary>10⁻¹⁶.</summary>
    public Int128? Notional { get; init; }

    public long? Price { get; init; }

    public long? StopPrice { get; init; }

    public long? TrailAmount { get; init; }

    /// <summary>10⁻¹².</summary>
    public long? TrailRate { get; init; }

    public bool ExtendedHours { get; init; }

    public string? OcoGroup { get; init; }

    public string? ParentOrderId { get; init; }

    public string? ParentStrategy { get; init; }

    public required OrderState State { get; init; }

    /// <summary>Why it has this state, as the client was told; null when there is no reason.</summary>
    public string? Reason { get; init; }

    public required long Remaining { get; init; }

    /// <summary>Simulated time of the first state, microseconds UTC; null before it.</summary>
    public long? ArrivedAt { get; init; }

    /// <summary>Simulated time of the latest state.</summary>
    public long? ChangedAt { get; init; }

    /// <summary>Tick of the latest state; 0 before the first.</summary>
    public required int ChangedTick { get; init; }
}

using Trading.Engine.Orders;

namespace Trading.Storage.ReadModels;

/// <summary>A fill as the table <c>fills</c> shows it. Prices and quantities in 10⁻⁸, money in 10⁻¹⁶.</summary>
public sealed record FillRow
{
    /// <summary>From 1, in order of execution.</summary>
    public required int Execution { get; init; }

    public required string OrderId { get; init; }

    public required string Symbol { get; init; }

    public required OrderSide Side { get; init; }

    public required long Quantity { get; init; }

    public required long Price { get; init; }

    /// <summary>Price before spread and slippage.</summary>
    public required long ReferencePrice { get; init; }

    public required Int128 Commission { get; init; }

    /// <summary>Regulatory fees.</summary>
    public required Int128 Fees { get; init; }

    /// <summary>Left of the order after this fill.</summary>
    public required long Remaining { get; init; }

    public required FillReason Reason { get; init; }

    /// <summary>Simulated time, microseconds UTC.</summary>
    public required long SimTime { get; init; }

    public required int Tick { get; init; }
}

namespace Trading.Engine.Orders;

/// <summary>What a strategy asks for; the engine never changes it (EXEC-055).</summary>
/// <remarks>Prices, quantities and notional value follow docs/execution.md section 1. Zero means "not given" for every optional number.</remarks>
public readonly record struct OrderIntent
{
    /// <summary>Index of the symbol in the simulation's list.</summary>
    public required int Symbol { get; init; }

    public required OrderSide Side { get; init; }

    public required OrderType Type { get; init; }

    public TimeInForce TimeInForce { get; init; }

    /// <summary>Quantity in 10⁻⁸ units; exactly one of this and <see cref="Notional"/> (EXEC-026).</summary>
    public long Quantity { get; init; }

    /// <summary>Value to trade in 10⁻¹⁶ units of currency.</summary>
    public Int128 Notional { get; init; }

    /// <summary>True when the caller gave a quantity, so that an explicit 0 is told from an absent one.</summary>
    public bool HasQuantity { get; init; }

    /// <summary>True when the caller gave a notional value.</summary>
    public bool HasNotional { get; init; }

    /// <summary>Limit price in 10⁻⁸ units; limit and stop-limit orders.</summary>
    public long LimitPrice { get; init; }

    /// <summary>Trigger price in 10⁻⁸ units; stop and stop-limit orders.</summary>
    public long StopPrice { get; init; }

    /// <summary>Distance of a trailing stop from the extreme, in 10⁻⁸ units of price; exactly one of this and <see cref="TrailRate"/>.</summary>
    public long TrailAmount { get; init; }

    /// <summary>Distance of a trailing stop from the extreme, as a rate in 10⁻¹² (1 bp = 10⁸).</summary>
    public long TrailRate { get; init; }

    /// <summary>The order may also trade before and after the regular session.</summary>
    public bool ExtendedHours { get; init; }

    public GroupRole Role { get; init; }

    /// <summary>One-cancels-other group, chosen by the caller, above 0; 0 = none.</summary>
    public int Group { get; init; }

    /// <summary>Bracket children: position of the parent in the same batch, counted from 0; −1 or 0 with another role = none.</summary>
    public int ParentInBatch { get; init; }
}

/// <summary>What became of one submitted order.</summary>
/// <param name="OrderNumber">1, 2, 3 … in order of arrival, refused orders included.</param>
/// <param name="Reason"><see cref="Reason.None"/> when accepted.</param>
/// <param name="Estimate">Estimated fill price in 10⁻⁸ units (0 when there is none).</param>
/// <param name="Required">Buying power the order needs, in 10⁻¹⁶; set with <see cref="Reason.InsufficientBuyingPower"/>.</param>
/// <param name="Available">Buying power there is, in 10⁻¹⁶; set with <see cref="Reason.InsufficientBuyingPower"/>.</param>
public readonly record struct SubmitOutcome(int OrderNumber, Reason Reason, long Estimate, Int128 Required, Int128 Available)
{
    public bool Accepted => Reason == Reason.None;
}

/// <summary>A change of an open order; zero means "keep".</summary>
public readonly record struct ReplaceIntent(int OrderNumber, long Quantity, long LimitPrice, long StopPrice, TimeInForce TimeInForce);

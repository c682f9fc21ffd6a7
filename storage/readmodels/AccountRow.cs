namespace Trading.Storage.ReadModels;

/// <summary>An account: columns of <c>runs</c>, a row of <c>portfolio_snapshots</c>, and the rows of <c>positions</c>. Money in 10⁻¹⁶.</summary>
public sealed record AccountRow
{
    public required Int128 Cash { get; init; }

    public required Int128 Equity { get; init; }

    public required Int128 BuyingPower { get; init; }

    public required Int128 DayPnl { get; init; }

    public required Int128 RealizedPnl { get; init; }

    public required int OpenOrders { get; init; }

    /// <summary>All open positions; those of other symbols are closed.</summary>
    public required IReadOnlyList<PositionRow> Positions { get; init; }

    /// <summary>A position that may be stored is not among <see cref="Positions"/>.</summary>
    public bool HasClosed { get; init; }
}

/// <summary>An open position.</summary>
/// <param name="Quantity">10⁻⁸, negative when short, not 0.</param>
/// <param name="Cost">Sum of lot price times quantity without commission, 10⁻¹⁶: average price = cost / quantity.</param>
/// <param name="Mark">Price that the position is valued at, 10⁻⁸.</param>
public readonly record struct PositionRow(string Symbol, long Quantity, Int128 Cost, long Mark);

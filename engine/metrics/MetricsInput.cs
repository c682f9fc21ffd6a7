namespace Trading.Engine.Metrics;

/// <summary>What a finished (or running) simulation counted; everything <see cref="MetricsReport"/> is computed from.</summary>
/// <remarks>Money in 10⁻¹⁶, times in microseconds. Equity is sampled once per completed tick.</remarks>
public sealed record MetricsInput
{
    public required Int128 InitialCash { get; init; }

    public required Int128 FinalEquity { get; init; }

    /// <summary>Equity at the last sample the returns end at: the last session close (daily), or the last tick.</summary>
    public required Int128 LastSampledEquity { get; init; }

    /// <summary>Returns between session closes (the first one from the initial cash), or between ticks, as <see cref="Annualisation"/> says.</summary>
    public required ReturnMoments Returns { get; init; }

    public required Annualisation Annualisation { get; init; }

    /// <summary>Largest (peak − equity) / peak, 0 or above; null when no sample had a positive peak.</summary>
    public double? MaxDrawdown { get; init; }

    /// <summary>Longest time from a peak to its recovery, or to the last sample.</summary>
    public long MaxDrawdownMicros { get; init; }

    /// <summary>Completed ticks.</summary>
    public int Ticks { get; init; }

    /// <summary>Completed ticks that ended with any position.</summary>
    public int TicksExposed { get; init; }

    /// <summary>Sum of equity over the samples.</summary>
    public Int128 EquitySum { get; init; }

    /// <summary>Σ price × quantity over all fills.</summary>
    public Int128 TradedValue { get; init; }

    public Int128 Commission { get; init; }

    public Int128 Fees { get; init; }

    /// <summary>Σ direction × (fill price − reference price) × quantity.</summary>
    public Int128 SlippageCost { get; init; }

    /// <summary>Submitted orders, refused ones included.</summary>
    public int Orders { get; init; }

    public int Fills { get; init; }

    public int Rejects { get; init; }

    /// <summary>Fills that left a part of their order open.</summary>
    public int Partials { get; init; }

    public int Expiries { get; init; }

    public int Cancels { get; init; }

    public TradeTotals Trades { get; init; } = new();
}

/// <summary>Closed lots (EXEC-060), summed.</summary>
/// <remarks>Money in 10⁻¹⁶ after commission and fees, times in microseconds.</remarks>
public sealed record TradeTotals
{
    public int Count { get; init; }

    /// <summary>P&amp;L after costs above 0.</summary>
    public int Winning { get; init; }

    /// <summary>P&amp;L after costs below 0.</summary>
    public int Losing { get; init; }

    /// <summary>Sum over the winning trades.</summary>
    public Int128 Won { get; init; }

    /// <summary>Sum over the losing trades, 0 or below.</summary>
    public Int128 Lost { get; init; }

    /// <summary>Highest P&amp;L; meaningless without trades.</summary>
    public Int128 Best { get; init; }

    /// <summary>Lowest P&amp;L; meaningless without trades.</summary>
    public Int128 Worst { get; init; }

    /// <summary>Sum over the trades of exit time − entry time.</summary>
    public Int128 HoldingMicros { get; init; }
}

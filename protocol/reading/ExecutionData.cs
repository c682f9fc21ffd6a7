namespace Trading.Protocol.Reading;

/// <summary>Parameters of the execution model that a client set (extension <c>execution</c>); null = not given. Names on the wire are the properties' in snake case.</summary>
/// <remarks>Rates are in 10⁻¹² (1 bp = 10⁸), quantities in 10⁻⁸, money in 10⁻¹⁶. Choices are lower-case texts, already checked.</remarks>
public sealed record ExecutionData
{
    /// <summary><c>next_open</c>, <c>next_close</c>, <c>current_close</c>.</summary>
    public string? ExecutionTiming { get; set; }

    /// <summary><c>adaptive</c>, <c>high_first</c>, <c>low_first</c>, <c>pessimistic</c>.</summary>
    public string? BarPath { get; set; }

    /// <summary><c>through</c>, <c>touch</c>.</summary>
    public string? LimitFill { get; set; }

    /// <summary>0 to 1,000.</summary>
    public int? PenetrationTicks { get; set; }

    /// <summary>0 to 86,400,000.</summary>
    public int? LatencyMs { get; set; }

    /// <summary>0 to 86,400,000.</summary>
    public int? LatencyJitterMs { get; set; }

    /// <summary>0 to 86,400,000.</summary>
    public int? CancelLatencyMs { get; set; }

    /// <summary>Rate; 0 to 10,000 bp.</summary>
    public long? SpreadBps { get; set; }

    /// <summary><c>none</c>, <c>fixed_bps</c>, <c>volume_share</c>, <c>volatility</c>.</summary>
    public string? SlippageModel { get; set; }

    /// <summary>Rate; 0 to 10,000 bp, fractions allowed.</summary>
    public long? SlippageBps { get; set; }

    /// <summary>Rate; 0 to 100.</summary>
    public long? PriceImpact { get; set; }

    /// <summary>Rate; above 0, at most 1.</summary>
    public long? VolumeLimit { get; set; }

    /// <summary>Rate; 0 to 100.</summary>
    public long? VolatilityFactor { get; set; }

    /// <summary>1 to 1,000.</summary>
    public int? VolatilityBars { get; set; }

    /// <summary><c>against_client</c>, <c>none</c>.</summary>
    public string? PriceRounding { get; set; }

    /// <summary><c>per_share</c>, <c>bps</c>, <c>ibkr_fixed</c>, <c>none</c>.</summary>
    public string? CommissionModel { get; set; }

    /// <summary>Money, not below 0.</summary>
    public Int128? CommissionPerShare { get; set; }

    /// <summary>Money per order, not below 0.</summary>
    public Int128? CommissionMinimum { get; set; }

    /// <summary>Rate of the order's value; 0 to 1.</summary>
    public long? CommissionMaximum { get; set; }

    /// <summary>Rate; 0 to 10,000 bp.</summary>
    public long? CommissionBps { get; set; }

    /// <summary>Money per fill, not below 0.</summary>
    public Int128? CommissionFixed { get; set; }

    public bool? RegulatoryFees { get; set; }

    /// <summary>Rate; above 0, at most 1.</summary>
    public long? MaxParticipation { get; set; }

    /// <summary><c>margin</c>, <c>cash</c>, <c>unlimited</c>.</summary>
    public string? AccountType { get; set; }

    /// <summary>Rate; above 0, at most 100.</summary>
    public long? Leverage { get; set; }

    /// <summary>Money, above 0.</summary>
    public Int128? MaxOrderValue { get; set; }

    /// <summary>Quantity, above 0.</summary>
    public long? MaxPositionSize { get; set; }

    /// <summary>Money, above 0.</summary>
    public Int128? MaxGrossExposure { get; set; }

    /// <summary>Rate of peak equity; above 0, at most 1.</summary>
    public long? MaxDrawdown { get; set; }

    /// <summary>1 to 1,000,000.</summary>
    public int? MaxOpenOrders { get; set; }

    /// <summary>1 to 1,000,000.</summary>
    public int? MaxOrdersPerMinute { get; set; }

    /// <summary>0 to 2⁶⁴ − 1.</summary>
    public ulong? Seed { get; set; }

    /// <summary><c>daily</c>, <c>per_tick</c>.</summary>
    public string? RatioSampling { get; set; }
}

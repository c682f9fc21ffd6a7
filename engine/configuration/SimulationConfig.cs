namespace Trading.Engine.Configuration;

/// <summary>Which price comes first after a decision (EXEC-005).</summary>
public enum ExecutionTiming : byte
{
    NextOpen = 0,
    NextClose = 1,
    CurrentClose = 2,
}

/// <summary>In which order a bar's high and low are passed (EXEC-010).</summary>
public enum BarPath : byte
{
    Adaptive = 0,
    HighFirst = 1,
    LowFirst = 2,
    Pessimistic = 3,
}

/// <summary>When a resting limit order fills (EXEC-021).</summary>
public enum LimitFill : byte
{
    Through = 0,
    Touch = 1,
}

/// <summary>How a taker's price gets worse (EXEC-032).</summary>
public enum SlippageModel : byte
{
    None = 0,
    FixedBps = 1,
    VolumeShare = 2,
    Volatility = 3,
}

/// <summary>What a fill costs (EXEC-040).</summary>
public enum CommissionModel : byte
{
    PerShare = 0,
    Bps = 1,
    IbkrFixed = 2,
    None = 3,
}

/// <summary>How a fill price meets the symbol's price step (EXEC-034).</summary>
public enum PriceRounding : byte
{
    AgainstClient = 0,
    None = 1,
}

/// <summary>What an account may do (EXEC-052).</summary>
public enum AccountType : byte
{
    Margin = 0,
    Cash = 1,
    Unlimited = 2,
}

/// <summary>Which returns the ratios are computed from (EXEC-061).</summary>
public enum RatioSampling : byte
{
    Daily = 0,
    PerTick = 1,
}

/// <summary>Everything that decides an outcome besides bars and commands. Defaults are those of EXEC and of the session surface.</summary>
/// <remarks>Rates are in 10⁻¹² (1 bp = 10⁸), prices and quantities in 10⁻⁸, money in 10⁻¹⁶, instants in microseconds UTC.</remarks>
public sealed record SimulationConfig
{
    /// <summary>One basis point as a rate.</summary>
    public const long BasisPoint = 100_000_000;

    /// <summary>The rate 1.</summary>
    public const long RateUnit = 1_000_000_000_000;

    /// <summary>One unit of currency as money.</summary>
    public static Int128 MoneyUnit => 10_000_000_000_000_000;

    public required long Start { get; init; }

    public required long End { get; init; }

    public required Int128 InitialCash { get; init; }

    public bool ExtendedHours { get; init; }

    public bool FractionalQuantity { get; init; }

    public ExecutionTiming Timing { get; init; } = ExecutionTiming.NextOpen;

    public BarPath Path { get; init; } = BarPath.Adaptive;

    public LimitFill LimitFill { get; init; } = LimitFill.Through;

    /// <summary>Price steps a bar must go beyond a limit, 0 = strictly beyond; only with <see cref="LimitFill.Through"/>. 0 to 1000.</summary>
    public int PenetrationTicks { get; init; }

    /// <summary>0 to 86,400,000.</summary>
    public int LatencyMs { get; init; }

    /// <summary>0 to 86,400,000.</summary>
    public int LatencyJitterMs { get; init; }

    /// <summary>Null = <see cref="LatencyMs"/>.</summary>
    public int? CancelLatencyMs { get; init; }

    /// <summary>Full spread as a rate; takers pay half (EXEC-031).</summary>
    public long SpreadRate { get; init; }

    public SlippageModel Slippage { get; init; } = SlippageModel.FixedBps;

    /// <summary>Rate of <see cref="SlippageModel.FixedBps"/>; default 5 bp.</summary>
    public long SlippageRate { get; init; } = 5 * BasisPoint;

    /// <summary><see cref="SlippageModel.VolumeShare"/>: price impact as a rate; default 0.1.</summary>
    public long PriceImpact { get; init; } = RateUnit / 10;

    /// <summary><see cref="SlippageModel.VolumeShare"/>: cap on the share of volume, as a rate; default 0.025.</summary>
    public long VolumeLimit { get; init; } = RateUnit / 40;

    /// <summary><see cref="SlippageModel.Volatility"/>: factor on the rolling range, as a rate; default 0.05.</summary>
    public long VolatilityFactor { get; init; } = RateUnit / 20;

    /// <summary><see cref="SlippageModel.Volatility"/>: bars in the rolling range, 1 to 1000; default 20.</summary>
    public int VolatilityBars { get; init; } = 20;

    public CommissionModel Commission { get; init; } = CommissionModel.PerShare;

    /// <summary><see cref="CommissionModel.PerShare"/>: money (10⁻¹⁶) per unit; default 0.005.</summary>
    public Int128 CommissionPerShare { get; init; } = 50_000_000_000_000;

    /// <summary>Smallest commission per order in money; 0 = none.</summary>
    public Int128 CommissionMinimum { get; init; }

    /// <summary>Largest commission of an order as a rate of its value; 0 = none.</summary>
    public long CommissionMaximumRate { get; init; }

    /// <summary><see cref="CommissionModel.Bps"/>: rate of the notional value.</summary>
    public long CommissionRate { get; init; }

    /// <summary><see cref="CommissionModel.Bps"/>: fixed money per fill.</summary>
    public Int128 CommissionFixed { get; init; }

    /// <summary>Charges the regulatory fees of EXEC-041 on sells of equities.</summary>
    public bool RegulatoryFees { get; init; }

    /// <summary>Largest part of a bar's volume as a rate; null = no cap (EXEC-030).</summary>
    public long? MaxParticipation { get; init; }

    public PriceRounding PriceRounding { get; init; } = PriceRounding.AgainstClient;

    public AccountType Account { get; init; } = AccountType.Margin;

    /// <summary>Leverage of a margin account as a rate; default 1, at most 100.</summary>
    public long Leverage { get; init; } = RateUnit;

    /// <summary>Money; null = no limit. The same for the limits below (EXEC-053).</summary>
    public Int128? MaxOrderValue { get; init; }

    /// <summary>Quantity.</summary>
    public long? MaxPositionSize { get; init; }

    /// <summary>Money.</summary>
    public Int128? MaxGrossExposure { get; init; }

    /// <summary>Rate of the peak equity.</summary>
    public long? MaxDrawdown { get; init; }

    public int? MaxOpenOrders { get; init; }

    public int? MaxOrdersPerMinute { get; init; }

    public ulong Seed { get; init; }

    public RatioSampling RatioSampling { get; init; } = RatioSampling.Daily;
}

namespace Trading.Storage.Usage;

/// <summary>One charged amount and the record that it comes from (SIM-079).</summary>
public readonly record struct ChargeLine(MeteringRecord Record, decimal AmountUsd);

/// <summary>Pay-per-use prices (spec section 6), exact decimals in US dollars, never rounded. Pure.</summary>
public static class UsagePricing
{
    /// <summary>0.01 USD per 1000 ticks.</summary>
    public const decimal UsdPerTick = 0.01m / 1000m;

    /// <summary>0.05 USD per session delivered with a detailed performance report.</summary>
    public const decimal UsdPerReport = 0.05m;

    /// <summary>What the quantity costs by use; simulations as such are free.</summary>
    public static decimal PriceOf(MeteringKind kind, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quantity);
        return kind switch
        {
            MeteringKind.Ticks => quantity * UsdPerTick,
            MeteringKind.Report => quantity * UsdPerReport,
            MeteringKind.Simulation => 0m,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown metering kind."),
        };
    }

    /// <summary>What all use in the totals costs.</summary>
    public static decimal PriceOf(UsageTotals totals) => PriceOf(MeteringKind.Ticks, totals.Ticks) + PriceOf(MeteringKind.Report, totals.Reports);

    /// <summary>The charges of an account, one line per record that costs something. An account that has not opted in is never charged by use (SIM-078).</summary>
    public static IEnumerable<ChargeLine> Charges(bool payPerUse, IEnumerable<MeteringRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        return payPerUse
            ? records.Select(record => new ChargeLine(record, PriceOf(record.Kind, record.Quantity))).Where(line => line.AmountUsd > 0)
            : [];
    }
}

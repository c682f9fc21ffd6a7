using Trading.Storage.Accounts;

namespace Trading.Grains.Tenants;

/// <summary>
/// What the service adds to the plans of the account system: daily allowances and providers of the billing tiers (SIM-076, SIM-080), and how
/// limits are counted. The limits of the plans themselves are the account system's (<see cref="IAccountStore.PlanLimitsAsync"/>, SIM-064).
/// Section <c>Plans</c> of the configuration.
/// </summary>
public sealed class PlanOptions
{
    public const string Section = "Plans";

    /// <summary>An account without a tier has the allowance of Starter until the product says otherwise (SIM-D08).</summary>
    public TierOptions None { get; init; } = new() { TicksPerDay = 10_000, SimulationsPerDay = 3 };

    public TierOptions Starter { get; init; } = new() { TicksPerDay = 10_000, SimulationsPerDay = 3 };

    public TierOptions Pro { get; init; } = new() { TicksPerDay = 1_000_000 };

    public TierOptions Enterprise { get; init; } = new();

    /// <summary>A connection that was not renewed for so long is taken as dead. 5 to 600; default 30.</summary>
    public int ConnectionLeaseSeconds { get; init; } = 30;

    /// <summary>A session that nobody mentioned for so long is taken as expired (SIM-266). 1 to 720; default 24.</summary>
    public int SessionRetentionHours { get; init; } = 24;

    /// <summary>Share of a limit from which a warning is given (SIM-070). 1 to 100; default 80.</summary>
    public int WarningPercent { get; init; } = 80;

    /// <summary>Token requests of one user per minute (SIM-031). 1 to 100,000; default 60.</summary>
    public int TokensPerMinute { get; init; } = 60;

    public TierOptions Of(BillingTier tier) => tier switch
    {
        BillingTier.None => None,
        BillingTier.Starter => Starter,
        BillingTier.Pro => Pro,
        BillingTier.Enterprise => Enterprise,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "unknown billing tier"),
    };

    /// <summary>Every broken rule, each naming the setting, its value and the rule; empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var tier in Enum.GetValues<BillingTier>())
        {
            if (Of(tier).TicksPerDay is { } ticks and < 0) yield return $"{Section}:{tier}:{nameof(TierOptions.TicksPerDay)} is {ticks}, but must be 0 or more (absent = unlimited)";
            if (Of(tier).SimulationsPerDay is { } runs and < 0) yield return $"{Section}:{tier}:{nameof(TierOptions.SimulationsPerDay)} is {runs}, but must be 0 or more (absent = unlimited)";
        }

        if (ConnectionLeaseSeconds is < 5 or > 600) yield return $"{Section}:{nameof(ConnectionLeaseSeconds)} is {ConnectionLeaseSeconds}, but must be 5 to 600";
        if (SessionRetentionHours is < 1 or > 720) yield return $"{Section}:{nameof(SessionRetentionHours)} is {SessionRetentionHours}, but must be 1 to 720";
        if (WarningPercent is < 1 or > 100) yield return $"{Section}:{nameof(WarningPercent)} is {WarningPercent}, but must be 1 to 100";
        if (TokensPerMinute is < 1 or > 100_000) yield return $"{Section}:{nameof(TokensPerMinute)} is {TokensPerMinute}, but must be 1 to 100000";
    }
}

/// <summary>The allowance of one billing tier; null = unlimited.</summary>
public sealed class TierOptions
{
    public long? TicksPerDay { get; init; }

    public long? SimulationsPerDay { get; init; }

    /// <summary>The providers that the tier may name; null = all (SIM-080).</summary>
    public IReadOnlyList<string>? Providers { get; init; }
}

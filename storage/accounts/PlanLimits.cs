namespace Trading.Storage.Accounts;

/// <summary>
/// The default limits of the plans (spec tables 5.1 and 5.2), the allowances of the billing tiers (section 6), and how overrides apply. Pure.
/// </summary>
/// <remarks>
/// Two pairs of names stand for one limit each: <c>websocket_connections</c> is <c>concurrent_connections</c> (SIM-063) and
/// <c>max_simulation_hours</c> is <c>max_simulation_duration_sec</c> in hours (SIM-061). Stored is always the first of the pair, so they cannot differ.
/// </remarks>
public static class PlanLimits
{
    private const long SecondsPerHour = 3600;

    /// <summary>Every name of <see cref="LimitNames.OfPlan"/> with the plan's value.</summary>
    public static IReadOnlyDictionary<string, long> DefaultsOf(Plan plan) => Complete(plan switch
    {
        Plan.Free => Table(3600, 1800, 86_400, 1, 5, 1, 100, 5),
        Plan.Professional => Table(28_800, 3600, 604_800, 10, 50, 10, 1000, 50),
        Plan.Enterprise => Table(86_400, 7200, 31_536_000, 100, 500, 100, 10_000, 500),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown plan."),
    });

    /// <summary>Every name of <see cref="LimitNames.OfTier"/> with the tier's value. An unpaid account has the allowance of the smallest tier (SIM-D08 leaves it open).</summary>
    public static IReadOnlyDictionary<string, long> AllowancesOf(BillingTier tier)
    {
        var (ticks, simulations) = tier switch
        {
            BillingTier.None or BillingTier.Starter => (10_000L, 3L),
            BillingTier.Pro => (1_000_000L, LimitNames.Unlimited),
            BillingTier.Enterprise => (LimitNames.Unlimited, LimitNames.Unlimited),
            _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "Unknown billing tier."),
        };
        return new Dictionary<string, long>(StringComparer.Ordinal) { [LimitNames.TicksPerDay] = ticks, [LimitNames.SimulationsPerDay] = simulations };
    }

    /// <summary>The plan that a tier has unless the account system sets otherwise (SIM-077).</summary>
    public static Plan PlanOf(BillingTier tier) => tier switch
    {
        BillingTier.Pro => Plan.Professional,
        BillingTier.Enterprise => Plan.Enterprise,
        _ => Plan.Free,
    };

    /// <summary>The tier assumed for a plan when none is given; the free plan is unpaid.</summary>
    public static BillingTier TierOf(Plan plan) => plan switch
    {
        Plan.Professional => BillingTier.Pro,
        Plan.Enterprise => BillingTier.Enterprise,
        _ => BillingTier.None,
    };

    /// <summary>What holds for the account: plan values, allowances of the tier, then the account's own overrides. Every name of <see cref="LimitNames.All"/>.</summary>
    public static IReadOnlyDictionary<string, long> Effective(Account account, IReadOnlyDictionary<string, long> planLimits)
    {
        var limits = new Dictionary<string, long>(planLimits, StringComparer.Ordinal);
        foreach (var (name, value) in AllowancesOf(account.Tier))
            limits[name] = value;
        foreach (var (name, value) in account.LimitOverrides)
            limits[name] = value;
        return Complete(limits);
    }

    /// <summary>The name and value under which a limit is stored.</summary>
    /// <exception cref="AccountException">There is no such limit, or the value is neither 0 or more nor <see cref="LimitNames.Unlimited"/>.</exception>
    internal static (string Name, long? Value) Canonical(string name, long? value)
    {
        if (!LimitNames.All.Contains(name, StringComparer.Ordinal))
            throw new AccountException($"There is no limit '{name}'. The limits are: {string.Join(", ", LimitNames.All)}.");
        if (value < LimitNames.Unlimited || value > int.MaxValue)
            throw new AccountException($"{name} cannot be {value}: it must be 0 to {int.MaxValue}, or {LimitNames.Unlimited} for unlimited.");
        return name switch
        {
            LimitNames.WebsocketConnections => (LimitNames.ConcurrentConnections, value),
            LimitNames.MaxSimulationHours => (LimitNames.MaxSimulationDurationSec, value > 0 ? value * SecondsPerHour : value),
            _ => (name, value),
        };
    }

    /// <summary>Sets the second names of the pairs from the first ones.</summary>
    internal static Dictionary<string, long> Complete(Dictionary<string, long> limits)
    {
        var seconds = limits[LimitNames.MaxSimulationDurationSec];
        limits[LimitNames.MaxSimulationHours] = seconds < 0 ? seconds : (seconds + SecondsPerHour - 1) / SecondsPerHour;
        limits[LimitNames.WebsocketConnections] = limits[LimitNames.ConcurrentConnections];
        return limits;
    }

    private static Dictionary<string, long> Table(
        long connectionSec, long idleSec, long simulationSec, long connections, long sessionsPerHour, long sessions, long ordersPerMinute, long symbols) =>
        new(StringComparer.Ordinal)
        {
            [LimitNames.MaxConnectionDurationSec] = connectionSec,
            [LimitNames.IdleTimeoutSec] = idleSec,
            [LimitNames.MaxSimulationDurationSec] = simulationSec,
            [LimitNames.ConcurrentConnections] = connections,
            [LimitNames.SessionsPerHour] = sessionsPerHour,
            [LimitNames.ConcurrentSessions] = sessions,
            [LimitNames.OrdersPerMinute] = ordersPerMinute,
            [LimitNames.MaxSymbolsPerSession] = symbols,
        };
}

using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tenants;

/// <summary>All limits of one user in force: override of the user, else the plan's value, else (for allowances) the tier's. Null = lifted.</summary>
internal sealed record EffectiveLimits(UserLimits Wire, long? TicksPerDay, long? SimulationsPerDay, IReadOnlyList<string>? Providers)
{
    /// <summary>What a user has who does not exist: nothing.</summary>
    public static readonly UserLimits Nobody = new(PlanName(Plan.Free), 0, 0, 0, 0, 0, 0, 0, 0);

    /// <param name="account">The user.</param>
    /// <param name="plan">The values of the user's plan, by limit name.</param>
    /// <param name="tier">The allowance of the user's tier.</param>
    public static EffectiveLimits Of(Account account, IReadOnlyDictionary<string, long> plan, TierOptions tier)
    {
        var own = account.LimitOverrides;
        var duration = Tighter(
            Limit(own, plan, LimitNames.MaxSimulationDurationSec),
            Limit(own, plan, LimitNames.MaxSimulationHours) is { } hours ? hours * 3600 : null,
            own.ContainsKey(LimitNames.MaxSimulationDurationSec),
            own.ContainsKey(LimitNames.MaxSimulationHours));
        var connections = Tighter(
            Limit(own, plan, LimitNames.ConcurrentConnections),
            Limit(own, plan, LimitNames.WebsocketConnections),
            own.ContainsKey(LimitNames.ConcurrentConnections),
            own.ContainsKey(LimitNames.WebsocketConnections));

        var wire = new UserLimits(
            PlanName(account.Plan),
            Whole(Limit(own, plan, LimitNames.MaxConnectionDurationSec)),
            Whole(Limit(own, plan, LimitNames.IdleTimeoutSec)),
            Whole(duration),
            Whole(connections),
            Whole(Limit(own, plan, LimitNames.SessionsPerHour)),
            Whole(Limit(own, plan, LimitNames.ConcurrentSessions)),
            Whole(Limit(own, plan, LimitNames.OrdersPerMinute)),
            Whole(Limit(own, plan, LimitNames.MaxSymbolsPerSession)));
        return new(
            wire,
            own.TryGetValue(LimitNames.TicksPerDay, out var ticks) ? Lifted(ticks) : tier.TicksPerDay,
            own.TryGetValue(LimitNames.SimulationsPerDay, out var runs) ? Lifted(runs) : tier.SimulationsPerDay,
            tier.Providers);
    }

    /// <summary>The plan as it is written on the wire.</summary>
    public static string PlanName(Plan plan) => plan switch
    {
        Plan.Free => "free",
        Plan.Professional => "professional",
        Plan.Enterprise => "enterprise",
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "unknown plan"),
    };

    /// <summary>The ten names of SIM 5.1 and 5.2 with their values, a lifted limit as the largest int (SIM-041).</summary>
    public Dictionary<string, long> ToMap() => new()
    {
        [LimitNames.MaxConnectionDurationSec] = Wire.MaxConnectionDurationSec ?? int.MaxValue,
        [LimitNames.IdleTimeoutSec] = Wire.IdleTimeoutSec ?? int.MaxValue,
        [LimitNames.MaxSimulationDurationSec] = Wire.MaxSimulationDurationSec ?? int.MaxValue,
        [LimitNames.ConcurrentConnections] = Wire.ConcurrentConnections ?? int.MaxValue,
        [LimitNames.SessionsPerHour] = Wire.SessionsPerHour ?? int.MaxValue,
        [LimitNames.ConcurrentSessions] = Wire.ConcurrentSessions ?? int.MaxValue,
        [LimitNames.OrdersPerMinute] = Wire.OrdersPerMinute ?? int.MaxValue,
        [LimitNames.MaxSimulationHours] = Wire.MaxSimulationDurationSec is { } seconds ? seconds / 3600 : int.MaxValue,
        [LimitNames.MaxSymbolsPerSession] = Wire.MaxSymbolsPerSession ?? int.MaxValue,
        [LimitNames.WebsocketConnections] = Wire.ConcurrentConnections ?? int.MaxValue,
    };

    private static long? Limit(IReadOnlyDictionary<string, long> own, IReadOnlyDictionary<string, long> plan, string name) =>
        own.TryGetValue(name, out var value) || plan.TryGetValue(name, out value)
            ? Lifted(value)
            : throw new InvalidOperationException($"the account system gives no value for {name}");

    // Two names of one limit (SIM-061, SIM-063): the user's own value wins over the plan's under the other name; otherwise the tighter one holds.
    private static long? Tighter(long? first, long? second, bool firstIsOwn, bool secondIsOwn)
    {
        if (firstIsOwn != secondIsOwn) return firstIsOwn ? first : second;
        return first is null || second is null ? first ?? second : Math.Min(first.Value, second.Value);
    }

    private static long? Lifted(long value) => value == LimitNames.Unlimited ? null : value;

    private static int? Whole(long? value) => value is { } limit ? (int)Math.Min(limit, int.MaxValue) : null;
}

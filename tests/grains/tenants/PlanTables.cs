using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Tenants;

/// <summary>Spec tables 5.1 and 5.2, typed in again, so that a test does not repeat what the account store believes.</summary>
internal static class PlanTables
{
    public static IReadOnlyDictionary<string, long> Of(Plan plan)
    {
        var column = (int)plan;
        return new Dictionary<string, long>
        {
            [LimitNames.MaxConnectionDurationSec] = new long[] { 3600, 28800, 86400 }[column],
            [LimitNames.IdleTimeoutSec] = new long[] { 1800, 3600, 7200 }[column],
            [LimitNames.MaxSimulationDurationSec] = new long[] { 86400, 604800, 31536000 }[column],
            [LimitNames.ConcurrentConnections] = new long[] { 1, 10, 100 }[column],
            [LimitNames.SessionsPerHour] = new long[] { 5, 50, 500 }[column],
            [LimitNames.ConcurrentSessions] = new long[] { 1, 10, 100 }[column],
            [LimitNames.OrdersPerMinute] = new long[] { 100, 1000, 10000 }[column],
            [LimitNames.MaxSimulationHours] = new long[] { 24, 168, 8760 }[column],
            [LimitNames.MaxSymbolsPerSession] = new long[] { 5, 50, 500 }[column],
            [LimitNames.WebsocketConnections] = new long[] { 1, 10, 100 }[column],
        };
    }

    public static Account Account(Plan plan, BillingTier tier = BillingTier.Enterprise, params (string Name, long Value)[] overrides) => new(
        "user_1", "test", plan, tier, false, overrides.ToDictionary(pair => pair.Name, pair => pair.Value), [], 1, DateTimeOffset.UnixEpoch);
}

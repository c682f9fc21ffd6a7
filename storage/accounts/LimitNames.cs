namespace Trading.Storage.Accounts;

/// <summary>The names of all limits, as they appear on the wire (spec tables 5.1 and 5.2) and the daily allowances of section 6.</summary>
public static class LimitNames
{
    /// <summary>The value of a limit that is lifted.</summary>
    public const long Unlimited = -1;

    public const string MaxConnectionDurationSec = "max_connection_duration_sec";
    public const string IdleTimeoutSec = "idle_timeout_sec";
    public const string MaxSimulationDurationSec = "max_simulation_duration_sec";
    public const string ConcurrentConnections = "concurrent_connections";
    public const string SessionsPerHour = "sessions_per_hour";
    public const string ConcurrentSessions = "concurrent_sessions";
    public const string OrdersPerMinute = "orders_per_minute";
    public const string MaxSimulationHours = "max_simulation_hours";
    public const string MaxSymbolsPerSession = "max_symbols_per_session";
    public const string WebsocketConnections = "websocket_connections";

    /// <summary>Daily allowance of ticks, by billing tier (SIM-076).</summary>
    public const string TicksPerDay = "ticks_per_day";

    /// <summary>Daily allowance of simulations, by billing tier (SIM-076).</summary>
    public const string SimulationsPerDay = "simulations_per_day";

    /// <summary>The limits that follow from the plan, exactly the names that <c>GET /auth/limits</c> shows (SIM-041).</summary>
    public static IReadOnlyList<string> OfPlan { get; } =
    [
        MaxConnectionDurationSec, IdleTimeoutSec, MaxSimulationDurationSec, ConcurrentConnections,
        SessionsPerHour, ConcurrentSessions, OrdersPerMinute, MaxSimulationHours, MaxSymbolsPerSession, WebsocketConnections,
    ];

    /// <summary>The allowances that follow from the billing tier.</summary>
    public static IReadOnlyList<string> OfTier { get; } = [TicksPerDay, SimulationsPerDay];

    /// <summary>Every name that an account may override.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfPlan, .. OfTier];
}

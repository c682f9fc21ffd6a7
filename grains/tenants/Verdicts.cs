using System.Globalization;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tenants;

/// <summary>Builds the answers to "may I?".</summary>
internal static class Verdicts
{
    public const string RateLimit = "RATE_LIMIT_EXCEEDED";
    public const string DailyQuota = "DAILY_QUOTA_EXCEEDED";
    public const string TooManySymbols = "TOO_MANY_SYMBOLS";

    /// <summary>Token requests are limited, but not by the plan, so the name is none of SIM 5.</summary>
    public const string TokensPerMinute = "token_requests_per_minute";

    public static LimitVerdict Allowed(string plan) => new(true, null, null, 0, 0, default, plan, null, false);

    public static LimitVerdict Warning(string plan, string limit, long usage, long allowance, DateTimeOffset resets) =>
        new(true, limit, Text(limit, allowance), usage, allowance, resets, plan, null, true);

    /// <param name="code">Public error code.</param>
    /// <param name="plan">Wire plan.</param>
    /// <param name="limit">Limit name.</param>
    /// <param name="usage">With the refused attempt (SIM-068).</param>
    /// <param name="allowance">The limit.</param>
    /// <param name="resets">When it is worth trying again.</param>
    public static LimitVerdict Refused(string code, string plan, string limit, long usage, long allowance, DateTimeOffset resets) =>
        new(false, limit, Text(limit, allowance), usage, allowance, resets, plan, code, false);

    /// <summary>Number and unit, e.g. <c>5 sessions/hour</c> (SIM-067).</summary>
    public static string Text(string limit, long allowance) => allowance.ToString(CultureInfo.InvariantCulture) + " " + limit switch
    {
        LimitNames.SessionsPerHour => "sessions/hour",
        LimitNames.ConcurrentSessions => "concurrent sessions",
        LimitNames.OrdersPerMinute => "orders/minute",
        LimitNames.MaxSymbolsPerSession => "symbols/session",
        LimitNames.ConcurrentConnections => "concurrent connections",
        LimitNames.TicksPerDay => "ticks/day",
        LimitNames.SimulationsPerDay => "simulations/day",
        TokensPerMinute => "token requests/minute",
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, "no unit is known for this limit"),
    };
}

using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Tenants;

/// <summary>One user: plan, limits and counters that hold across the cluster, metering; key = user id.</summary>
/// <remarks>
/// Calls that only count run while another call waits for storage; their counting is one uninterrupted piece of work, so it stays exact. Admissions
/// that come together share one write, and none is answered before the write that contains it.
/// </remarks>
[Alias("trading.tenant")]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <summary>Counts a connection against the plan. Renew it at least every <see cref="ConnectionAdmission.LeaseSeconds"/>, or it is taken as dead.</summary>
    [Alias("admit-connection")]
    [AlwaysInterleave]
    Task<ConnectionAdmission> AdmitConnection(string connectionId, string keyId, ITenantObserver? observer);

    /// <summary>Keeps a connection's place; false when it has none any more (admit again).</summary>
    [Alias("renew-connection")]
    [AlwaysInterleave]
    Task<bool> RenewConnection(string connectionId);

    [Alias("release-connection")]
    [AlwaysInterleave]
    Task ReleaseConnection(string connectionId);

    /// <summary>A resume may displace an older connection of the same session even when the plan allows one only (SIM-268): frees the place of <paramref name="displacedConnectionId"/>.</summary>
    [Alias("displace-connection")]
    [AlwaysInterleave]
    Task DisplaceConnection(string displacedConnectionId);

    /// <summary>Counts a session about to be created: hourly quota, concurrent sessions, daily allowance, symbols (SIM-057, SIM-058, SIM-062, SIM-076).</summary>
    [Alias("admit-session")]
    [AlwaysInterleave]
    Task<LimitVerdict> AdmitSession(string sessionId, int symbols);

    /// <summary>Whether the user's tier may name this data provider (SIM-080).</summary>
    [Alias("allows-provider")]
    [AlwaysInterleave]
    Task<bool> AllowsProvider(string provider);

    /// <summary>
    /// A simulation begins: counted once for the day of its first start (SIM-O38). Call it again when a session is resumed: a session that
    /// nobody mentions for 24 hours is taken as expired and loses its place.
    /// </summary>
    [Alias("session-started")]
    Task SessionStarted(string sessionId);

    /// <summary>The session is finished, failed, discarded or expired: frees its place.</summary>
    [Alias("session-ended")]
    [AlwaysInterleave]
    Task SessionEnded(string sessionId);

    /// <summary>Counts orders against <c>orders_per_minute</c>; a refused batch is counted as attempted for the answer only (SIM-059, SIM-060, SIM-068).</summary>
    /// <param name="batch">Names the batch among all of the user. Asked again in the same minute, because what followed was lost, it gets the same answer and is not counted again.</param>
    /// <param name="orders">Orders in the batch.</param>
    [Alias("admit-orders")]
    [AlwaysInterleave]
    Task<LimitVerdict> AdmitOrders(string batch, int orders);

    /// <summary>Ticks 1 … <paramref name="ticks"/> of the session have been sent for the first time; idempotent, a smaller number changes nothing (SIM-075).</summary>
    [Alias("meter-ticks")]
    Task MeterTicks(string sessionId, int ticks);

    /// <summary>A detailed report was delivered (SIM-074).</summary>
    [Alias("meter-report")]
    Task MeterReport(string sessionId);

    /// <summary>SIM-040.</summary>
    [Alias("limits")]
    [AlwaysInterleave]
    Task<LimitsView> GetLimits();

    /// <summary>Counts a token request; false = too many (SIM-031).</summary>
    [Alias("admit-token")]
    [AlwaysInterleave]
    Task<LimitVerdict> AdmitToken();

    /// <summary>The account system changed the account: reload, and close the connections of disabled keys (SIM-048).</summary>
    [Alias("account-changed")]
    Task AccountChanged();
}

/// <summary>Told when the account system wants a connection gone.</summary>
[Alias("trading.tenant-observer")]
public interface ITenantObserver : IGrainObserver
{
    /// <summary>The key of this connection was disabled: close with <c>api_key_revoked</c>.</summary>
    [Alias("key-revoked")]
    [OneWay]
    Task KeyRevoked(string connectionId);
}

/// <summary>Exchanges API keys; key = 0. The only grain that ever sees a key, which it never stores or logs.</summary>
[Alias("trading.accounts")]
public interface IAccountsGrain : IGrainWithIntegerKey
{
    [Alias("authenticate")]
    Task<KeyVerdict> Authenticate(string apiKey, CancellationToken cancellationToken);
}

public enum KeyStatus : byte
{
    Unknown = 0,
    Active = 1,
    Disabled = 2,
}

/// <param name="Plan"><c>free</c>, <c>professional</c>, <c>enterprise</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.key-verdict")]
public sealed record KeyVerdict([property: Id(0)] KeyStatus Status, [property: Id(1)] string? UserId, [property: Id(2)] string? Plan, [property: Id(3)] string? KeyId);

/// <summary>The effective limits of a user; null = lifted. Names are those of SIM 5.1 and 5.2.</summary>
[GenerateSerializer, Immutable, Alias("trading.user-limits")]
public sealed record UserLimits(
    [property: Id(0)] string Plan,
    [property: Id(1)] int? MaxConnectionDurationSec,
    [property: Id(2)] int? IdleTimeoutSec,
    [property: Id(3)] int? MaxSimulationDurationSec,
    [property: Id(4)] int? ConcurrentConnections,
    [property: Id(5)] int? SessionsPerHour,
    [property: Id(6)] int? ConcurrentSessions,
    [property: Id(7)] int? OrdersPerMinute,
    [property: Id(8)] int? MaxSymbolsPerSession);

/// <param name="Admitted">False = beyond <c>concurrent_connections</c>, or the key is disabled.</param>
/// <param name="KeyRevoked">The key was disabled.</param>
/// <param name="LeaseSeconds">Renew more often than this.</param>
[GenerateSerializer, Immutable, Alias("trading.connection-admission")]
public sealed record ConnectionAdmission([property: Id(0)] bool Admitted, [property: Id(1)] bool KeyRevoked, [property: Id(2)] UserLimits Limits, [property: Id(3)] int LeaseSeconds);

/// <summary>Whether an attempt is within the limits; a refusal carries what the error's context needs (SIM-067).</summary>
/// <param name="Limit">Limit name, e.g. <c>sessions_per_hour</c>; also set with <paramref name="Warn"/>.</param>
/// <param name="LimitText">Number and unit, e.g. <c>5 sessions/hour</c>.</param>
/// <param name="CurrentUsage">Counts the attempt.</param>
/// <param name="Code"><c>RATE_LIMIT_EXCEEDED</c>, <c>DAILY_QUOTA_EXCEEDED</c> or <c>TOO_MANY_SYMBOLS</c>.</param>
/// <param name="Warn">Use has just passed 80 % of the limit (SIM-070).</param>
[GenerateSerializer, Immutable, Alias("trading.limit-verdict")]
public sealed record LimitVerdict(
    [property: Id(0)] bool Allowed,
    [property: Id(1)] string? Limit,
    [property: Id(2)] string? LimitText,
    [property: Id(3)] long CurrentUsage,
    [property: Id(4)] long Allowance,
    [property: Id(5)] DateTimeOffset ResetTime,
    [property: Id(6)] string Plan,
    [property: Id(7)] string? Code,
    [property: Id(8)] bool Warn);

/// <summary>SIM-040. Lifted limits are shown as the largest int.</summary>
[GenerateSerializer, Immutable, Alias("trading.limits-view")]
public sealed record LimitsView(
    [property: Id(0)] string Plan,
    [property: Id(1)] IReadOnlyDictionary<string, long> Limits,
    [property: Id(2)] IReadOnlyDictionary<string, long> Usage,
    [property: Id(3)] IReadOnlyDictionary<string, DateTimeOffset> ResetTimes);

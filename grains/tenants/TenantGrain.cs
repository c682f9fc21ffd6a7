using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Diagnostics;
using Trading.Storage.Accounts;
using Trading.Storage.Usage;

namespace Trading.Grains.Tenants;

/// <summary>
/// One user across the cluster: the runtime keeps a single activation, so its counters are exact whatever gateway asks (SIM-065).
/// The rules are in <see cref="TenantLedger"/>, <see cref="EffectiveLimits"/> and <see cref="ConnectionLeases"/>; this class loads, persists and passes on.
/// </summary>
/// <remarks>
/// Sessions, the hour's count and metering marks are stored before the answer. Connections and the minute's counts are in memory: connections
/// re-admit themselves when a renewal fails, and at worst one minute's orders are counted from zero after a silo was lost.
/// </remarks>
public sealed partial class TenantGrain(
    [PersistentState("tenant", "trading")] IPersistentState<TenantState> state,
    IAccountStore accounts,
    IUsageStore usage,
    IOptions<PlanOptions> options,
    ActiveTenants active,
    TimeProvider time,
    ILogger<TenantGrain> logger) : Grain, ITenantGrain
{
    private readonly PlanOptions _options = options.Value;
    private readonly ConnectionLeases _connections = new();
    private readonly WindowCount _orders = new();
    private readonly WindowCount _tokens = new();
    private readonly MinuteAnswers _admitted = new();
    private Account? _account;
    private EffectiveLimits? _limits;
    private TenantLedger? _ledger;
    private Task _write = Task.CompletedTask;
    private Task? _nextWrite;
    private Exception? _lost;

    private string User => this.GetPrimaryKeyString();

    private TenantLedger Ledger => _ledger ??= new TenantLedger(state.State, _options);

    /// <exception cref="UnknownTenantException">The account system knows no such user.</exception>
    private EffectiveLimits Limits => _limits ?? throw new UnknownTenantException(User);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        active.Add(User);
        await LoadAccount(cancellationToken);
        await SettleUsage();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        active.Remove(User);
        return Task.CompletedTask;
    }

    public Task<ConnectionAdmission> AdmitConnection(string connectionId, string keyId, ITenantObserver? observer)
    {
        var now = time.GetUtcNow();
        if (_limits is null || !IsUsable(keyId)) return Task.FromResult(new ConnectionAdmission(false, true, _limits?.Wire ?? EffectiveLimits.Nobody, _options.ConnectionLeaseSeconds));
        var lease = new Lease(keyId, observer, now.AddSeconds(_options.ConnectionLeaseSeconds));
        var admitted = _connections.TryAdmit(connectionId, lease, Limits.Wire.ConcurrentConnections, now);
        if (!admitted) TenantMetrics.Refused(LimitNames.ConcurrentConnections);
        return Task.FromResult(new ConnectionAdmission(admitted, false, Limits.Wire, _options.ConnectionLeaseSeconds));
    }

    public Task<bool> RenewConnection(string connectionId)
    {
        var now = time.GetUtcNow();
        return Task.FromResult(_connections.Renew(connectionId, now, now.AddSeconds(_options.ConnectionLeaseSeconds)));
    }

    public Task ReleaseConnection(string connectionId)
    {
        _connections.Release(connectionId);
        return Task.CompletedTask;
    }

    public Task DisplaceConnection(string displacedConnectionId) => ReleaseConnection(displacedConnectionId);

    public async Task<LimitVerdict> AdmitSession(string sessionId, int symbols)
    {
        var verdict = TenantMetrics.Counted(Ledger.AdmitSession(sessionId, symbols, Limits, time.GetUtcNow()));
        if (verdict.Allowed) await Save();
        return verdict;
    }

    public Task<bool> AllowsProvider(string provider) =>
        Task.FromResult(Limits.Providers is not { } providers || providers.Contains(provider, StringComparer.OrdinalIgnoreCase));

    public async Task SessionStarted(string sessionId)
    {
        if (Ledger.StartSession(sessionId, time.GetUtcNow())) await SaveAndSettle();
        else LogUnknownSession(nameof(SessionStarted), sessionId);
    }

    public async Task SessionEnded(string sessionId)
    {
        Ledger.EndSession(sessionId, time.GetUtcNow());
        await Save();
    }

    public Task<LimitVerdict> AdmitOrders(string batch, int orders)
    {
        if (_admitted.Find(batch, time.GetUtcNow()) is { } known) return Task.FromResult(known);
        var verdict = AdmitInMinute(_orders, orders, LimitNames.OrdersPerMinute, Limits.Wire.OrdersPerMinute, warn: true);
        if (verdict.Allowed && orders > 0) _admitted.Add(batch, verdict);
        return Task.FromResult(verdict);
    }

    public async Task MeterTicks(string sessionId, int ticks)
    {
        if (Ledger.MeterTicks(sessionId, ticks, time.GetUtcNow())) await SaveAndSettle();
        else LogUnknownSession(nameof(MeterTicks), sessionId);
    }

    public async Task MeterReport(string sessionId)
    {
        if (Ledger.MeterReport(sessionId, time.GetUtcNow())) await SaveAndSettle();
        else LogUnknownSession(nameof(MeterReport), sessionId);
    }

    public Task<LimitsView> GetLimits()
    {
        var now = time.GetUtcNow();
        var connections = _connections.Count(now);
        var usedNow = new Dictionary<string, long>
        {
            [LimitNames.ConcurrentConnections] = connections,
            [LimitNames.WebsocketConnections] = connections,
            [LimitNames.SessionsPerHour] = Ledger.SessionsThisHour(now),
            [LimitNames.ConcurrentSessions] = Ledger.OpenSessions(now),
            [LimitNames.OrdersPerMinute] = FixedWindow.Minute.Used(_orders, now),
        };
        var resets = new Dictionary<string, DateTimeOffset>
        {
            [LimitNames.SessionsPerHour] = FixedWindow.Hour.EndOf(now),
            [LimitNames.OrdersPerMinute] = FixedWindow.Minute.EndOf(now),
        };
        return Task.FromResult(new LimitsView(Limits.Wire.Plan, Limits.ToMap(), usedNow, resets));
    }

    public Task<LimitVerdict> AdmitToken() => Task.FromResult(
        AdmitInMinute(_tokens, 1, Verdicts.TokensPerMinute, _options.TokensPerMinute, warn: false));

    public async Task AccountChanged()
    {
        await LoadAccount(CancellationToken.None);
        var disabled = _account is null ? [] : _account.Keys.Where(key => key.State == ApiKeyState.Disabled).Select(key => key.KeyId).ToHashSet(StringComparer.Ordinal);
        foreach (var (connection, lease) in _connections.Revoke(disabled))
        {
            LogRevoked(connection);
            if (lease.Observer is { } observer) await Notify(observer, connection);
        }
    }

    private LimitVerdict AdmitInMinute(WindowCount count, int uses, string name, int? limit, bool warn)
    {
        var now = time.GetUtcNow();
        var plan = Limits.Wire.Plan;
        var wanted = FixedWindow.Minute.Used(count, now) + uses;
        if (wanted > limit) return TenantMetrics.Counted(Verdicts.Refused(Verdicts.RateLimit, plan, name, wanted, limit.Value, FixedWindow.Minute.EndOf(now)));
        FixedWindow.Minute.Add(count, now, uses);
        return warn && limit is { } allowed && FixedWindow.Minute.ShouldWarn(count, now, allowed, _options.WarningPercent)
            ? Verdicts.Warning(plan, name, wanted, allowed, FixedWindow.Minute.EndOf(now))
            : Verdicts.Allowed(plan);
    }

    // A rotated key keeps what was opened with it: its tokens live on for their hour (SIM-047).
    private bool IsUsable(string keyId) => _account?.Keys.Any(key => key.KeyId == keyId && key.State != ApiKeyState.Disabled) ?? false;

    private async Task LoadAccount(CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(User, cancellationToken);
        var limits = account is null
            ? null
            : EffectiveLimits.Of(account, await accounts.PlanLimitsAsync(account.Plan, cancellationToken), _options.Of(account.Tier));
        (_account, _limits) = (account, limits);
    }

    private async Task SaveAndSettle()
    {
        await Save();
        await SettleUsage();
    }

    /// <summary>
    /// Stores what the state says now. While one write is under way, all that ask share the next: the document grows with the user's sessions, and
    /// writing it for each of them alone would cost the square of their number.
    /// </summary>
    private Task Save()
    {
        if (_lost is { } lost) return Task.FromException(new IOException("what is stored of the user is unknown; this activation ends", lost));
        if (_nextWrite is { } shared) return shared;
        if (_write.IsCompleted) return _write = Write();
        return _nextWrite = WriteAfter(_write);
    }

    private async Task WriteAfter(Task earlier)
    {
        // its failure is told to those who asked for it, and by _lost to us
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        (_write, _nextWrite) = (_nextWrite!, null);
        if (_lost is { } lost) throw new IOException("what is stored of the user is unknown; this activation ends", lost);
        await Write();
    }

    /// <remarks>The storage turns the state into bytes before it first waits, so what other calls change meanwhile is in the next write.</remarks>
    private async Task Write()
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception failure)
        {
            // Nobody knows what is stored now: the next activation reads it.
            _lost = failure;
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Hands the pending records to the usage store. They are stored with this grain, so a failure only delays them.</summary>
    private async Task SettleUsage()
    {
        if (state.State.Pending.Count == 0) return;
        try
        {
            await usage.RecordAsync(Ledger.PendingRecords(User), CancellationToken.None);
            Ledger.Settle();
        }
#pragma warning disable CA1031 // the records are kept and tried again with the next call
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUsageDelayed(exception, state.State.Pending.Count);
        }
    }

    private async Task Notify(ITenantObserver observer, string connectionId)
    {
        try
        {
            await observer.KeyRevoked(connectionId);
        }
#pragma warning disable CA1031 // a gateway that cannot be told learns it from its next renewal
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogObserverGone(exception, connectionId);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "{Call} names session {Session}, which is not in the index; nothing is counted")]
    private partial void LogUnknownSession(string call, string session);

    [LoggerMessage(3002, LogLevel.Warning, "The usage store did not take {Records} records; they are kept and tried again")]
    private partial void LogUsageDelayed(Exception exception, int records);

    [LoggerMessage(3003, LogLevel.Information, "Connection {Connection} loses its place, because its key was disabled")]
    private partial void LogRevoked(string connection);

    [LoggerMessage(3004, LogLevel.Information, "Connection {Connection} could not be told that its key was disabled")]
    private partial void LogObserverGone(Exception exception, string connection);
}

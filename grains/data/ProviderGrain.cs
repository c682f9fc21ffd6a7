using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;

namespace Trading.Grains.Data;

/// <summary>What of a provider's budget must survive, so that a new activation cannot send what the old one has sent already.</summary>
[GenerateSerializer, Alias("trading.provider-state")]
public sealed class ProviderState
{
    /// <summary>Requests granted in the last minute, microseconds since 1970-01-01Z; where limits are high, some of them not used yet.</summary>
    [Id(0)] public List<long> Granted { get; set; } = [];

    /// <summary>Nobody asks before this instant.</summary>
    [Id(1)] public long PausedUntil { get; set; }
}

/// <summary>
/// The cluster's one budget of a provider (OHLCV-011). Requests are written down before they are granted: one by one where a minute has few, in blocks
/// where it has many, so that a crash forgets none and at worst counts some that were never sent.
/// </summary>
public sealed partial class ProviderGrain(
    [PersistentState("provider", "trading")] IPersistentState<ProviderState> state,
    ProviderTable providers,
    IOptions<MarketDataOptions> options,
    DataMetrics metrics,
    DataClock clock,
    ILogger<ProviderGrain> logger) : Grain, IProviderGrain
{
    /// <summary>Limits up to this are written down request by request.</summary>
    private const int FewRequests = 60;

    private const int WaitForOthersMs = 250;

    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMinutes(1);

    private readonly Queue<DateTimeOffset> _underWay = new();
    private RequestBudget _budget = null!;
    private int _reserved;
    private bool? _isReachable;
    private string? _problem;
    private DateTimeOffset? _checkedAt;
    private Task? _probe;

    private string Name => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _budget = new RequestBudget(providers.Find(Name) is null ? 1 : providers.RequestsPerMinute(Name), clock.Time, state.State.Granted);
        _budget.PauseUntil(DateTimeOffset.UnixEpoch.AddTicks(state.State.PausedUntil * 10));
        metrics.Quota(Name, _budget.Remaining);
        return Task.CompletedTask;
    }

    public async Task<BudgetAnswer> Take(CancellationToken cancellationToken)
    {
        var now = clock.Time.GetUtcNow();
        ForgetLost(now);
        if (_underWay.Count >= options.Value.Providers.MaxConcurrentSymbols) return new(false, WaitForOthersMs);
        if (!_budget.Take(out var wait))
        {
            metrics.Wait(Name, wait);
            LogWait(Name, wait);
            return new(false, (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalMilliseconds)));
        }

        if (_reserved > 0) _reserved--;
        else await Reserve(now);
        _underWay.Enqueue(now);
        metrics.Quota(Name, _budget.Remaining);
        return new(true, 0);
    }

    public async Task Report(RequestOutcome outcome, CancellationToken cancellationToken)
    {
        _underWay.TryDequeue(out _);
        var kind = (FailureKind)outcome.Kind;
        _checkedAt = clock.Time.GetUtcNow();
        _problem = outcome.Failure;

        // one that refuses politely is there
        _isReachable = outcome.Failure is null || kind is FailureKind.RateLimited or FailureKind.NotAvailable or FailureKind.QuotaExhausted;
        if (kind == FailureKind.NotAvailable) _problem = null;
        if (outcome.PauseMs > 0) await Pause(TimeSpan.FromMilliseconds(outcome.PauseMs));
        metrics.Quota(Name, _budget.Remaining);
    }

    public async Task<ProviderHealth> GetHealth(CancellationToken cancellationToken)
    {
        if (providers.Find(Name) is not { } provider) return new(Name, null, "no key is configured", null, _budget.RequestsPerMinute, 0);
        if (_checkedAt is not { } at || clock.Time.GetUtcNow() - at >= BetweenProbes) await (_probe ??= Probe(provider)).WaitAsync(cancellationToken);
        return new(Name, _isReachable, _problem, _checkedAt is { } asked ? Micros(asked) : null, _budget.RequestsPerMinute, _budget.Remaining);
    }

    private static long Micros(DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>A request like any other: it takes its place in the budget, or does without. It is everybody's who asks meanwhile, so no caller's giving up ends it.</summary>
    private async Task Probe(IMarketDataProvider provider)
    {
        try
        {
            var own = this.AsReference<IProviderGrain>();
            if (!(await own.Take(CancellationToken.None)).Granted) return;
            var failure = await provider.ProbeAsync(CancellationToken.None);
            metrics.Request(Name, failure is null ? "ok" : "probe_failed");
            await own.Report(failure is null ? default : new(failure.Message, (byte)failure.Kind, Milliseconds(failure)), CancellationToken.None);
        }
        finally
        {
            _probe = null;
        }
    }

    private static int Milliseconds(ProviderFailure failure) =>
        failure.Kind == FailureKind.RateLimited ? (int)Math.Min(int.MaxValue, (failure.RetryAfter ?? TimeSpan.FromSeconds(15)).TotalMilliseconds) : 0;

    /// <summary>Writes the grant that was just taken, and a block of further ones where the limit is high.</summary>
    private async Task Reserve(DateTimeOffset now)
    {
        var block = _budget.RequestsPerMinute <= FewRequests ? 1 : _budget.RequestsPerMinute / 20;
        state.State.Granted = [.. _budget.GrantedInWindow(), .. Enumerable.Repeat(Micros(now), block - 1)];
        await Write();
        _reserved = block - 1;
    }

    private Task Pause(TimeSpan pause)
    {
        _budget.PauseFor(pause);
        LogPause(Name, pause);
        state.State.PausedUntil = Math.Max(state.State.PausedUntil, Micros(clock.Time.GetUtcNow() + pause));
        return Write();
    }

    private async Task Write()
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // nobody knows what is stored now: the next activation reads it
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>A request whose sender died is never reported; it has timed out long since.</summary>
    private void ForgetLost(DateTimeOffset now)
    {
        var lost = TimeSpan.FromSeconds(options.Value.Providers.TimeoutSeconds + 30);
        while (_underWay.TryPeek(out var oldest) && now - oldest > lost) _underWay.Dequeue();
    }

    [LoggerMessage(3430, LogLevel.Debug, "The budget of {Provider} is used up for {Wait}")]
    private partial void LogWait(string provider, TimeSpan wait);

    [LoggerMessage(3431, LogLevel.Warning, "{Provider} asked for a pause of {Pause}; nobody asks it before")]
    private partial void LogPause(string provider, TimeSpan pause);
}

using Microsoft.Extensions.Logging;
using Trading.Gateway.Grains;
using Trading.Gateway.Rest.Data;
using Trading.GrainInterfaces.Data;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Health;

/// <summary>
/// The data manager's health as a gateway tells it: read at most every few seconds however many ask, by one call at a time, and nobody waits long for it:
/// whoever asks while the call takes its time is told what was known before.
/// </summary>
internal sealed class DataHealthReader(IGatewayGrains grains, TimeProvider time, ILogger<DataHealthReader> logger)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(25);

    private readonly Lock _lock = new();
    private DataHealthMessage _known = new("unknown", null, new("ok", null), null, null, []);
    private long _readAt;
    private bool _isRead;
    private Task? _reading;
    private long _askedAt;

    /// <summary>What is known, read anew if that is some seconds old and does not take long.</summary>
    internal async Task<DataHealthMessage> ReadAsync()
    {
        Task reading;
        TimeSpan patience;
        lock (_lock)
        {
            if (_isRead && time.GetElapsedTime(_readAt) < KeptFor) return _known;
            if (_reading is null or { IsCompleted: true })
            {
                _askedAt = time.GetTimestamp();
                _reading = ReadAnewAsync();
            }

            reading = _reading;
            patience = Patience - time.GetElapsedTime(_askedAt);
        }

        // the first ones wait; who comes when the call is late already does not, and is told what was known before
        var waited = reading.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        await waited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock) return _known;
    }

    private async Task ReadAnewAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var timeout = new CancellationTokenSource(CallTimeout, time);
            var health = await grains.DataCatalogue().GetHealth(timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            Keep(Message(health, InstantText.Micros(time.GetUtcNow())));
        }
#pragma warning disable CA1031 // whatever it is, the health answer says so; it never fails itself
        catch (Exception problem)
#pragma warning restore CA1031
        {
            lock (_lock) Keep(_known with { Status = "degraded", Api = new("unavailable", "the data manager did not answer") });
            GatewayLog.HealthFailed(logger, problem);
        }
    }

    private void Keep(DataHealthMessage message)
    {
        lock (_lock)
        {
            _known = message;
            _readAt = time.GetTimestamp();
            _isRead = true;
        }
    }

    private static DataHealthMessage Message(DataHealth health, long now)
    {
        var fileSystem = new FileSystemHealthMessage(
            health.FileSystemProblem is null ? "ok" : "degraded",
            health.FileSystemProblem,
            health.StoreBytes,
            health.FreeBytes,
            health.TotalBytes,
            WirePercent.Share(health.FreeBytes, health.TotalBytes),
            health.DamagedFiles);
        var symbols = new SymbolsHealthMessage(
            health.StaleCount == 0 ? "ok" : "stale",
            health.SymbolCount,
            health.StaleCount,
            [.. health.Symbols.Select(one => new SymbolHealthMessage(one.Symbol, one.LastDay is { } day ? new WireDate(day) : null, WireInstant.Of(one.LastUpdate), one.IsStale))]);
        ProviderHealthMessage[] providers = [.. health.Providers.Select(Message)];

        // where no provider is configured nobody is meant to keep the data current: stale symbols are flagged, and that is all
        var isDegraded = fileSystem.Problem is not null || providers.Any(provider => provider.Status == "unreachable") || (health.StaleCount > 0 && providers.Length > 0);
        return new(isDegraded ? "degraded" : "ok", new(now), new("ok", null), symbols, fileSystem, providers);
    }

    private static ProviderHealthMessage Message(ProviderHealth provider) => new(
        provider.Provider,
        provider.IsReachable switch { true => "ok", false => "unreachable", null => "unknown" },
        provider.Problem,
        WireInstant.Of(provider.CheckedAt),
        provider.RequestsPerMinute,
        provider.RemainingThisMinute);
}

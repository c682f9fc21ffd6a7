using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;

namespace Trading.Grains.Data;

/// <summary>Measures the store's space and raises an alert before writing fails (OHLCV-168, OHLCV-190). Safe for concurrent use.</summary>
public sealed partial class StoreWatch(ICandleStore store, IOptions<MarketDataOptions> options, DataMetrics metrics, DataClock clock, ILogger<StoreWatch> logger)
{
    /// <summary>How old a measurement may be; measuring walks the whole store.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private Task<StoreSpace>? _look;
    private DateTimeOffset _lookedAt;
    private (DateTimeOffset At, long Bytes)? _before;
    private bool _isLow;

    /// <summary>The space as measured lately.</summary>
    /// <exception cref="CandleStoreException">The store cannot be read.</exception>
    public Task<StoreSpace> Look()
    {
        lock (_lock)
        {
            var now = clock.Time.GetUtcNow();
            if (_look is { } look && (!look.IsCompleted || (look.IsCompletedSuccessfully && now - _lookedAt < GoodFor))) return look;
            _lookedAt = now;
            return _look = Measure(now);
        }
    }

    /// <summary>Measures anew, however old the last measurement is.</summary>
    public Task<StoreSpace> LookAgain()
    {
        lock (_lock)
        {
            if (_look is { IsCompleted: true }) _look = null;
        }

        return Look();
    }

    private async Task<StoreSpace> Measure(DateTimeOffset now)
    {
        var space = await store.SpaceAsync(CancellationToken.None).ConfigureAwait(false);
        var growth = _before is { } before && now > before.At ? (space.StoreBytes - before.Bytes) / (now - before.At).TotalDays : 0;
        _before = (now, space.StoreBytes);
        metrics.StoreMeasured(new(space.StoreBytes, growth, space.FreeBytes, space.FreePercent));
        var isLow = space.FreePercent < options.Value.Storage.MinimumFreePercent;
        if (isLow && !_isLow)
        {
            metrics.LowSpace();
            LogLow(space.FreePercent, options.Value.Storage.MinimumFreePercent, space.FreeBytes);
        }

        _isLow = isLow;
        return space;
    }

    [LoggerMessage(3440, LogLevel.Error, "The store's device has {FreePercent:F1} % free space, less than the {MinimumFreePercent} % of the settings: {FreeBytes} bytes are left before writing fails")]
    private partial void LogLow(double freePercent, double minimumFreePercent, long freeBytes);
}

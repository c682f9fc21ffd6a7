using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trading.MarketData.Store;

namespace Trading.Grains.Data;

/// <summary>Measures the store's space every few minutes, whether anything is written or not (OHLCV-168, OHLCV-190).</summary>
internal sealed partial class StoreWatchService(StoreWatch watch, DataClock clock, ILogger<StoreWatchService> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Every, clock.Time);
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the service stops
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await watch.LookAgain();
        }
        catch (CandleStoreException failure)
        {
            LogUnmeasured(failure);
        }
    }

    [LoggerMessage(3441, LogLevel.Warning, "The store's space cannot be measured; tried again in some minutes")]
    private partial void LogUnmeasured(Exception failure);
}

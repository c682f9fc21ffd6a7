using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Trading.Telemetry;

/// <summary>Holds the providers for as long as the host lives, and sends what is left when everything else has stopped.</summary>
internal sealed class TelemetryExport(TracerProvider? traces, MeterProvider? metrics) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long the end of the process may wait for a collector, in milliseconds.</summary>
    private const int FlushMs = 3_000;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What the end of the others said of itself goes out, too.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => traces?.Shutdown(FlushMs), CancellationToken.None),
        Task.Run(() => metrics?.Shutdown(FlushMs), CancellationToken.None));

    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
    }
}

using Trading.GrainInterfaces.Data;

namespace Trading.Silo.Composition;

/// <summary>Brings the nightly schedule into force as the settings say, once the actors run; asks again until that has been taken note of.</summary>
internal sealed partial class ScheduleStart(IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ScheduleStart> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken).ConfigureAwait(false);
        while (!await TryAsync(stoppingToken).ConfigureAwait(false)) await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
    }

    private async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IDataUpdatesGrain>(0).EnsureSchedule(stoppingToken).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // whatever it is, the service runs without the schedule until the next attempt
        catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(problem, (int)Pause.TotalSeconds);
            return false;
        }
    }

    [LoggerMessage(5102, LogLevel.Warning, "The nightly schedule could not be brought into force; asking again in {Seconds} s")]
    private partial void LogFailed(Exception problem, int seconds);
}

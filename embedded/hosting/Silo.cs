using Microsoft.Extensions.Hosting;

namespace Orleans.Embedded;

/// <summary>Starts and stops the runtime with its host.</summary>
internal sealed class Silo(ActorRuntime runtime, ReminderService reminders, IServiceProvider services, IEnumerable<Hosting.StartupDelegate> startup) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var task in startup)
        {
            await task.Run(services, cancellationToken).ConfigureAwait(false);
        }

        await reminders.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        reminders.Stop();
        await runtime.StopAsync(cancellationToken).ConfigureAwait(false);
    }
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tenants;

/// <summary>
/// Follows the account system and tells the tenants that are awake in this process, so that a disabled key closes its connections and a changed
/// limit holds within seconds (SIM-048, SIM-064). Every silo runs one for its own activations.
/// </summary>
public sealed partial class AccountWatcher(
    IAccountStore accounts,
    IGrainFactory grains,
    ActiveTenants active,
    TimeProvider time,
    ILogger<AccountWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Watching begins with every account, so nothing that changed while it was interrupted is missed.
                await foreach (var change in accounts.WatchAsync(stoppingToken)) await TellAsync(change.Account.UserId);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever the store throws, watching has to go on
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogInterrupted(exception);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TellAsync(string user)
    {
        if (active.Contains(user)) await grains.GetGrain<ITenantGrain>(user).AccountChanged();
    }

    [LoggerMessage(3100, LogLevel.Warning, "Watching the account system was interrupted and starts again")]
    private partial void LogInterrupted(Exception exception);
}

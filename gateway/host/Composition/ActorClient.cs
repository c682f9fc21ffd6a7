#if ACTORS_ORLEANS
using Orleans.Configuration;
using Trading.GrainInterfaces;
#endif

namespace Trading.Gateway.Host.Composition;

/// <summary>The one file of this program that knows which actor runtime is built (DESIGN section 4).</summary>
internal static class ActorClient
{
#if ACTORS_EMBEDDED
    public static void AddClusterClient(this WebApplicationBuilder builder, ClusterSettings cluster) =>
        throw new StartException("a gateway of its own needs Microsoft Orleans, and this program was built with the embedded actor runtime, which is for one process: use ./run, or build it where the Orleans packages restore");
#else
    /// <summary>A client of the cluster whose members are in the database; it waits for the first silo as long as it takes.</summary>
    public static void AddClusterClient(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var database = DatabaseSettings.Required(builder.Configuration, "a gateway");
        builder.Services.AddSingleton<WaitForSilos>();
        builder.Services.AddSingleton<SilosInReach>();
        builder.Services.AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<SilosInReach>());
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
            client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
            client.Configure<Orleans.Configuration.GatewayOptions>(options => options.GatewayListRefreshPeriod = cluster.RefreshPeriod);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = cluster.ResponseTimeout);
            client.AddMemoryStreams(StreamNames.Provider);
            client.AddActivityPropagation();
            client.AddGatewayCountChangedHandler(provider =>
            {
                var silos = provider.GetRequiredService<SilosInReach>();
                return (_, change) => silos.Changed(change.NumberOfConnectedGateways);
            });
            client.UseConnectionRetryFilter<ConnectionRetry>();
        });
    }

    private sealed class ConnectionRetry(WaitForSilos wait) : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) => wait.AgainAsync(exception, cancellationToken);
    }
#endif
}

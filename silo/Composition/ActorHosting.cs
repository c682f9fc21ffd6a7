using System.Net;
using Trading.GrainInterfaces;
using Trading.Grains.Filters;
#if ACTORS_ORLEANS
using Orleans.Configuration;
using Orleans.Dashboard;
#endif

namespace Trading.Silo.Composition;

/// <summary>The one file of this program that knows which actor runtime is built (DESIGN section 4).</summary>
internal static class ActorHosting
{
#if ACTORS_EMBEDDED
    public const string Runtime = "embedded (one process)";
    public const bool HasCluster = false;
#else
    public const string Runtime = "Microsoft Orleans";
    public const bool HasCluster = true;
#endif

    /// <summary>Name of the grain storage that the grains ask for; the service is registered under it.</summary>
    public const string GrainStorage = "trading";

    /// <summary>One silo in this process, with its clients in the same process.</summary>
    public static void AddActors(this WebApplicationBuilder builder, DataFolder data, string? database) => builder.UseOrleans(silo =>
    {
        silo.AddMemoryStreams(StreamNames.Provider);
        silo.AddIncomingGrainCallFilter<TenantCallFilter>();
#if ACTORS_EMBEDDED
        silo.UseLocalhostClustering();
        silo.UseFileReminderService(data.Reminders);
#else
        // a silo of its own: nobody connects to these ports, so services on one machine do not meet
        silo.UseLocalhostClustering(FreePort(), FreePort());
        silo.AddActivityPropagation();

        // the subscriptions of the hint streams: as lasting as the hints
        silo.AddMemoryGrainStorage("PubSubStore");
        if (database is null) silo.UseInMemoryReminderService();
        else silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, database));
#endif
    });

#if ACTORS_EMBEDDED
    public static void AddClusterActors(this WebApplicationBuilder builder, string database, ClusterSettings cluster, bool hasDashboard) =>
        throw new StartException("a silo of a cluster needs Microsoft Orleans, and this program was built with the embedded actor runtime, which is for one process: start it without 'silo', or build it where the Orleans packages restore");

    public static void MapDashboard(this WebApplication app, string path)
    {
        // this runtime has none
    }
#else
    private const string Invariant = "Npgsql";

    /// <summary>A silo that joins the cluster whose members are in the database.</summary>
    public static void AddClusterActors(this WebApplicationBuilder builder, string database, ClusterSettings cluster, bool hasDashboard) => builder.UseOrleans(silo =>
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.ConfigureEndpoints(cluster.Address(), cluster.SiloPort, cluster.GatewayPort, cluster.ListenOnAnyAddress);
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, database));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, database));
        silo.AddAdoNetGrainStorage("PubSubStore", options => (options.Invariant, options.ConnectionString) = (Invariant, database));
        silo.AddMemoryStreams(StreamNames.Provider);
        silo.AddIncomingGrainCallFilter<TenantCallFilter>();
        silo.AddActivityPropagation();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = cluster.ProbeTimeout;

            // the runtime adapts it between a half and this, and believes in a silo that was heard of within this times the missed probes
            options.MaxProbeTimeout = 2 * cluster.ProbeTimeout;
            options.NumMissedProbesLimit = cluster.MissedProbes;
            options.NumVotesForDeathDeclaration = cluster.VotesForDeath;
            options.TableRefreshTimeout = cluster.RefreshPeriod;
            options.IAmAliveTablePublishTimeout = cluster.AlivePeriod;

            // rows of silos that are long gone
            options.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
            options.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });

        // what grains ask of each other is waited for no longer than what gateways ask of them: a silo that stands still must not hold the sessions of the others
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = cluster.ResponseTimeout);
        silo.Configure<LoadSheddingOptions>(options =>
        {
            options.LoadSheddingEnabled = cluster.ShedAboveCpuPercent > 0;
            if (cluster.ShedAboveCpuPercent > 0) options.CpuThreshold = cluster.ShedAboveCpuPercent;
        });
        if (hasDashboard) silo.AddDashboard();
    });

    public static void MapDashboard(this WebApplication app, string path) => app.MapOrleansDashboard(path);

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
#endif
}

using Trading.GrainInterfaces;
using Trading.Grains.Filters;

namespace Trading.Silo.Composition;

/// <summary>The one file of this program that knows which actor runtime is built (DESIGN section 4).</summary>
internal static class ActorHosting
{
#if ACTORS_EMBEDDED
    public const string Runtime = "embedded (one process)";
#else
    public const string Runtime = "Microsoft Orleans";
#endif

    /// <summary>Name of the grain storage that the grains ask for; the service is registered under it.</summary>
    public const string GrainStorage = "trading";

    public static void AddActors(this WebApplicationBuilder builder, DataFolder data) => builder.UseOrleans(silo =>
    {
        silo.AddMemoryStreams(StreamNames.Provider);
        silo.AddIncomingGrainCallFilter<TenantCallFilter>();
#if ACTORS_EMBEDDED
        silo.UseLocalhostClustering();
        silo.UseFileReminderService(data.Reminders);
#else
        // a silo of its own: nobody connects to these ports, so services on one machine do not meet
        silo.UseLocalhostClustering(FreePort(), FreePort());

        // the subscriptions of the hint streams: as lasting as the hints
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.UseInMemoryReminderService();
#endif
    });
#if !ACTORS_EMBEDDED

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
#endif
}

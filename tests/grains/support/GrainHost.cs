using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces;
using Trading.Grains.Filters;
using Trading.Grains.Tenants;
using Trading.Storage.Accounts;
using Trading.Storage.Usage;

namespace Trading.Grains.Tests.Support;

/// <summary>A silo of whichever runtime is built, with the account system, the usage store and the wall clock in the test's hands.</summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private readonly IHost _host;

    private GrainHost(IHost host) => _host = host;

    public Accounts Accounts => (Accounts)_host.Services.GetRequiredService<IAccountStore>();

    public Usage Usage => (Usage)_host.Services.GetRequiredService<IUsageStore>();

    public ManualTime Time => (ManualTime)_host.Services.GetRequiredService<TimeProvider>();

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _host.Services;

    /// <param name="configure">Services that the test adds or takes the place of.</param>
    /// <param name="cluster">How the silo finds others; null for one that is alone.</param>
    public static async Task<GrainHost> StartAsync(Action<IServiceCollection>? configure = null, Action<ISiloBuilder>? cluster = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new ManualTime(new DateTimeOffset(2026, 2, 3, 9, 15, 0, TimeSpan.Zero)));
        builder.Services.AddSingleton<IAccountStore>(new Accounts());
        builder.Services.AddSingleton<IUsageStore>(new Usage());
        builder.Services.AddSingleton<ActiveTenants>();
        builder.Services.AddHostedService<AccountWatcher>();
        builder.UseOrleans(silo =>
        {
            (cluster ?? Cluster)(silo);
            silo.AddMemoryGrainStorage("trading");
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(StreamNames.Provider);
            silo.UseInMemoryReminderService();
            silo.AddIncomingGrainCallFilter<TenantCallFilter>();
        });
        configure?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new GrainHost(host);
    }

    /// <summary>Lets every activation go, as a silo does that loses its grains; the next call reads what was stored.</summary>
    public Task DeactivateAllAsync() => Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

#if ACTORS_ORLEANS
    private static void Cluster(ISiloBuilder silo) => silo.UseLocalhostClustering(FreePort(), FreePort());

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        return ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
    }
#else
    private static void Cluster(ISiloBuilder silo) => silo.UseLocalhostClustering();
#endif
}

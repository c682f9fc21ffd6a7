using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Trading.Actors.Tests;

/// <summary>
/// A host with one silo of whichever runtime is built. This file and the project file are the only ones of this project
/// that know which one that is.
/// </summary>
public sealed class ActorHost : IAsyncLifetime
{
    public const string Store = "documents";
    public const string Broken = "broken";
    public const string Streams = "events";

    private IHost _host = null!;

    public IServiceProvider Services => _host.Services;

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public Signals Signals => _host.Services.GetRequiredService<Signals>();

    public T Grain<T>(string? key = null)
        where T : IGrainWithStringKey => Client.GetGrain<T>(key ?? Guid.NewGuid().ToString("N"));

    public static async Task<ActorHost> Start()
    {
        var host = new ActorHost();
        await host.InitializeAsync();
        return host;
    }

    public async Task InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Signals>();
        builder.Services.AddKeyedSingleton<Orleans.Storage.IGrainStorage>(Broken, (_, _) => new BrokenStorage());
        builder.UseOrleans(silo =>
        {
            Cluster(silo);
            silo.AddMemoryGrainStorageAsDefault();
            silo.AddMemoryGrainStorage(Store);
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(Streams);
            silo.UseInMemoryReminderService();
            silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(20));
            silo.AddIncomingGrainCallFilter<OuterFilter>();
            silo.AddIncomingGrainCallFilter<InnerFilter>();
            silo.AddOutgoingGrainCallFilter<DepartureFilter>();
        });
        _host = builder.Build();
        await _host.StartAsync();
    }

    public Task StopAsync() => _host.StopAsync();

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

#if ACTORS_ORLEANS
    private static void Cluster(ISiloBuilder silo)
    {
        var ports = new[] { FreePort(), FreePort() };
        silo.UseLocalhostClustering(ports[0], ports[1]);
        silo.AddActivityPropagation();
    }

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

[CollectionDefinition(Name)]
public sealed class ActorCollection : ICollectionFixture<ActorHost>
{
    public const string Name = "actors";
}

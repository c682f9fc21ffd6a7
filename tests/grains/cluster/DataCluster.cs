using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trading.Grains.Tests.Data;
using Trading.MarketData.Settings;

namespace Trading.Grains.Tests.Cluster;

/// <summary>
/// Two silos over one store, and a client that is neither: whatever is called goes through sockets and the serializer. Grains are spread at random, so that
/// some of any twenty are in either silo.
/// </summary>
internal sealed class DataCluster : IAsyncDisposable
{
    private readonly IHost _client;

    private DataCluster(DataHost first, DataHost second, IHost client) => (First, Second, _client) = (first, second, client);

    /// <summary>The silo that the client is connected to.</summary>
    public DataHost First { get; }

    public DataHost Second { get; }

    public IClusterClient Client => _client.Services.GetRequiredService<IClusterClient>();

    public static async Task<DataCluster> StartAsync(Action<MarketDataOptions>? settings = null, Action<FakeVendor>? vendor = null)
    {
        var (primary, gateway) = (FreePort(), FreePort());
        var first = await DataHost.StartAsync(settings: settings, vendor: vendor, cluster: silo => Join(silo, primary, gateway, null));
        var second = await DataHost.StartAsync(
            settings: settings, vendor: vendor, beside: first, cluster: silo => Join(silo, FreePort(), FreePort(), new IPEndPoint(IPAddress.Loopback, primary)));
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway));
        var host = builder.Build();
        await host.StartAsync();
        return new DataCluster(first, second, host);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }

    private static void Join(ISiloBuilder silo, int port, int gateway, IPEndPoint? primary)
    {
        silo.UseLocalhostClustering(port, gateway, primary);
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}

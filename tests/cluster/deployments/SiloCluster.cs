using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Trading.Cluster.Tests.Support;
using Trading.EndToEnd.Tests.Support;
using Trading.Postgres.Tests.Support;

namespace Trading.Cluster.Tests.Deployments;

/// <summary>Silos and gateways as processes of their own over one PostgreSQL server, as the manifests run them.</summary>
internal sealed class SiloCluster : IDeployment
{
    private const int StartAttempts = 4;

    /// <summary>As the manifests have it.</summary>
    private const string PoolSize = ";Maximum Pool Size=20";

    private readonly Lock _gate = new();
    private readonly List<ServerProcess> _all = [];
    private readonly List<Task> _watches = [];
    private readonly bool _ownsData;
    private readonly TemporaryFolder _data;
    private readonly Dictionary<string, string> _environment;

    /// <summary>Both are replaced as a whole, because they are read while the operator changes them.</summary>
    private volatile ServerProcess[] _silos = [], _gateways = [];
    private volatile bool _ending;

    private SiloCluster(PostgresServer server, string database, TemporaryFolder data, bool ownsData, string clusterId, IReadOnlyDictionary<string, string>? settings)
    {
        Server = server;
        Database = database;
        _data = data;
        _ownsData = ownsData;
        _environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["TRADING_Database__ConnectionString"] = database,
            ["TRADING_Cluster__ClusterId"] = clusterId,
            ["TRADING_Cluster__ServiceId"] = "trading",
            ["TRADING_Cluster__AdvertisedAddress"] = "127.0.0.1",
            ["TRADING_Gateway__SigningKeys__test"] = SigningKey,
            ["TRADING_Data"] = data.Path,
        };
    }

    public IReadOnlyList<Uri> Gateways => Array.ConvertAll(_gateways, gateway => gateway.Address);

    public string Database { get; }

    public PostgresServer Server { get; }

    public IReadOnlyList<ServerProcess> Silos => _silos;

    public IReadOnlyList<ServerProcess> GatewayProcesses => _gateways;

    /// <summary>Processes that ended without being asked to, and were started again as an orchestrator does it. On a starved machine a silo may be taken for dead.</summary>
    public int Restarts { get; private set; }

    /// <summary>Every process that should run does.</summary>
    public bool IsWhole => _silos.Concat(_gateways).All(process => !process.HasExited);

    public string Log
    {
        get
        {
            lock (_gate) return string.Join('\n', _all.Select(process => $"--- {process.Name} ---\n{Tail(process.Log)}"));
        }
    }

    /// <summary>The same for all clusters: their tokens count everywhere.</summary>
    private static string SigningKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Starts a server, applies the migrations, and starts the processes.</summary>
    /// <param name="silos">Number of silos.</param>
    /// <param name="gateways">Number of gateways.</param>
    /// <param name="settings">Further environment variables of all processes.</param>
    public static async Task<SiloCluster> StartAsync(int silos, int gateways, IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = PostgresServer.New(connections: 400);
        var cluster = new SiloCluster(server, server.NewDatabase() + PoolSize, new TemporaryFolder(), ownsData: true, "test", settings);
        try
        {
            await CandleFolder.FillAsync(cluster._data.Path);
            await ServerProcess.RunAsync(Programs.Silo, cluster._environment, "migrate");
            await cluster.StartProcessesAsync(silos, gateways);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A second cluster over the same database and candles, whose silos know nothing of the first one's.</summary>
    public async Task<SiloCluster> StartTwinAsync(int silos, int gateways)
    {
        var twin = new SiloCluster(Server, Database, _data, ownsData: false, "twin", null);
        try
        {
            await twin.StartProcessesAsync(silos, gateways);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync();
            throw;
        }
    }

    public Task<string> AdminAsync(params string[] command) => ServerProcess.RunAsync(Programs.Silo, _environment, ["admin", .. command]);

    public async Task<ServerProcess> StartSiloAsync()
    {
        var silo = await StartAsync("silo", Programs.Silo, new(_environment, StringComparer.Ordinal)
        {
            ["TRADING_Cluster__SiloPort"] = FreePort(),
            ["TRADING_Cluster__GatewayPort"] = FreePort(),
            ["TRADING_Ops__Urls"] = "http://127.0.0.1:0",
        }, "silo");
        lock (_gate)
        {
            _silos = [.. _silos, silo];
            _watches.Add(WatchAsync(silo));
        }

        return silo;
    }

    /// <summary>The new gateway gets its clients from the moment it is ready.</summary>
    public async Task<ServerProcess> StartGatewayAsync()
    {
        var gateway = await StartAsync("gateway", Programs.Gateway, new(_environment, StringComparer.Ordinal) { ["TRADING_Urls"] = "http://127.0.0.1:0" });
        lock (_gate) _gateways = [.. _gateways, gateway];
        return gateway;
    }

    /// <summary>Counts no longer on a silo that is about to go.</summary>
    public void Forget(ServerProcess silo)
    {
        lock (_gate) _silos = Array.FindAll(_silos, one => one != silo);
    }

    /// <summary>Takes a gateway out of what clients are told, as a load balancer does with one that is gone or is ending.</summary>
    public void Withdraw(ServerProcess gateway)
    {
        lock (_gate) _gateways = Array.FindAll(_gateways, one => one != gateway);
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        List<ServerProcess> all;
        lock (_gate) all = [.. _all];
        foreach (var process in all) await process.DisposeAsync();
        if (!_ownsData) return;
        Server.Dispose();
        _data.Dispose();
    }

    /// <summary>A process that does not come up is started anew, as an orchestrator does it.</summary>
    private async Task<ServerProcess> StartAsync(string what, string program, Dictionary<string, string> environment, params string[] arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var process = await ServerProcess.StartAsync($"{what} {_all.Count}", program, environment, arguments);
                lock (_gate) _all.Add(process);
                return process;
            }
            catch (InvalidOperationException) when (attempt < StartAttempts)
            {
                Restarts++;
            }
        }
    }

    private async Task WatchAsync(ServerProcess silo)
    {
        await silo.EndedAsync();
        if (_ending || !_silos.Contains(silo)) return;
        Restarts++;
        Forget(silo);
        await StartSiloAsync();
    }

    private static string Tail(string log) => log.Length > 4_000 ? log[^4_000..] : log;

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task StartProcessesAsync(int silos, int gateways)
    {
        for (var silo = 0; silo < silos; silo++) await StartSiloAsync();
        for (var gateway = 0; gateway < gateways; gateway++) await StartGatewayAsync();
    }
}

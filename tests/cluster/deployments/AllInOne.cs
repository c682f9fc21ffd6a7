using Trading.Cluster.Tests.Support;
using Trading.EndToEnd.Tests.Support;
using Trading.Postgres.Tests.Support;

namespace Trading.Cluster.Tests.Deployments;

/// <summary>The whole service in one process, on files or on a PostgreSQL server of its own. It exists with either actor runtime.</summary>
internal sealed class AllInOne : IDeployment
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly List<ServerProcess> _past = [];
    private ServerProcess? _process;
    private string _urls = "http://127.0.0.1:0";

    private AllInOne(PostgresServer? server)
    {
        Server = server;
        Database = server?.NewDatabase();
        if (Database is not null) _environment["TRADING_Database__ConnectionString"] = Database;
    }

    public IReadOnlyList<Uri> Gateways { get; private set; } = [];

    public string? Database { get; }

    /// <summary>Null when the service keeps its data in files.</summary>
    public PostgresServer? Server { get; }

    public string Log => string.Join('\n', _past.Select(process => process.Log));

    public static async Task<AllInOne> StartAsync(bool postgres)
    {
        var service = new AllInOne(postgres ? PostgresServer.New() : null);
        try
        {
            await CandleFolder.FillAsync(service._folder.Path);
            await service.StartProcessAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, and a new process on the same data and address.</summary>
    public async Task KillAndRestartAsync()
    {
        await _process!.KillAsync();
        await StartProcessAsync();
    }

    /// <summary>SIGTERM, and a new process on the same data and address.</summary>
    public async Task StopAndRestartAsync()
    {
        Assert.Equal(0, await _process!.TerminateAsync());
        await StartProcessAsync();
    }

    public Task<string> AdminAsync(params string[] command) => ServerProcess.RunAsync(Programs.Silo, _environment, ["admin", "--data", _folder.Path, .. command]);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _past) await process.DisposeAsync();
        Server?.Dispose();
        _folder.Dispose();
    }

    private async Task StartProcessAsync()
    {
        _process = await ServerProcess.StartAsync("the service", Programs.Silo, _environment, "--data", _folder.Path, "--urls", _urls, "--no-demo");
        _past.Add(_process);
        _urls = $"http://{_process.Address.Authority}";
        Gateways = [_process.Address];
    }
}

using Trading.Cluster.Tests.Deployments;
using Trading.Cluster.Tests.Runs;
using Trading.Cluster.Tests.Support;

namespace Trading.Cluster.Tests.Faults;

/// <summary>The cluster that the fault tests share, and the run that nothing disturbed. A test that fails leaves it to the next one to build it anew.</summary>
public sealed class ClusterUnderLoad : IAsyncLifetime
{
    private const int Silos = 3, GatewayCount = 2, Tenants = 4;

    /// <summary>Two hundred, or what <c>TRADING_CLUSTER_SESSIONS</c> says, for a machine that has other work.</summary>
    private static readonly int Sessions = int.TryParse(Environment.GetEnvironmentVariable("TRADING_CLUSTER_SESSIONS"), out var given) ? given : 200;
    private static readonly FleetShape Shape = new(Sessions: Sessions, Ticks: 300, Pace: TimeSpan.FromMilliseconds(100));

    private SiloCluster? _cluster;
    private FleetRun? _undisturbed;

    internal SiloCluster Cluster => _cluster!;

    internal Fleet Fleet { get; private set; } = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    /// <summary>Sees that every process runs, and returns the undisturbed run.</summary>
    internal async Task<FleetRun> ReadyAsync()
    {
        if (_cluster is not { IsWhole: true })
        {
            await DisposeAsync();
            _cluster = null;
            _cluster = await SiloCluster.StartAsync(Silos, GatewayCount);
            var accounts = new List<Account>();
            for (var tenant = 0; tenant < Tenants; tenant++) accounts.Add(await Account.CreateAsync(_cluster));
            Fleet = new Fleet(_cluster, accounts, Shape);
        }

        if (_undisturbed is not null) return _undisturbed;
        var run = await Fleet.RunAsync("calm");
        Figures.WriteInterruptions("faults.md", "none", run, _cluster.Restarts);
        run.MustBeWorthIt();
        run.MustEqual(run);
        await JournalReads.MustHoldAsync(_cluster.Database, run);
        await ReadModelReads.MustHoldAsync(_cluster.Database, run);
        return _undisturbed = run;
    }
}

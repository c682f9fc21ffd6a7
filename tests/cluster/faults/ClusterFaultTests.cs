using Trading.Cluster.Tests.Deployments;
using Trading.Cluster.Tests.Runs;
using Trading.Cluster.Tests.Support;
using Xunit.Abstractions;

namespace Trading.Cluster.Tests.Faults;

/// <summary>
/// Three silos, two gateways, PostgreSQL, two hundred sessions at a time with real clients. Whatever goes: every session ends with the result hash, the fills and the
/// acknowledgements of an undisturbed run, nothing acknowledged is missing, nothing is executed twice.
/// </summary>
public sealed class ClusterFaultTests(ClusterUnderLoad cluster, ITestOutputHelper output) : IClassFixture<ClusterUnderLoad>
{
    /// <summary>How long a silo stands still: long enough for the others to give it up, and for it to come back into a cluster that has gone on without it.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(30);

    /// <summary>How long an orchestrator takes until it starts another process; the survivors must not need it.</summary>
    private static readonly TimeSpan Replacement = TimeSpan.FromSeconds(5);

    /// <summary>A stopped database is away for this long, besides its own end and start.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(2);

    [ClusterFact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-258")]
    public Task A_silo_that_is_killed_costs_no_session_anything() => DisturbAsync("silo-killed", "`kill -9` of a silo", async () =>
    {
        var victim = cluster.Cluster.Silos[0];
        cluster.Cluster.Forget(victim);
        await victim.KillAsync();
        await Task.Delay(Replacement);
        await cluster.Cluster.StartSiloAsync();
    });

    [ClusterFact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-265")]
    public Task A_gateway_that_is_killed_costs_no_session_anything() => DisturbAsync("gateway-killed", "`kill -9` of a gateway", async () =>
    {
        var victim = cluster.Cluster.GatewayProcesses[0];
        await victim.KillAsync();
        await Task.Delay(Replacement);
        // nobody takes its address away before a replacement is there
        await cluster.Cluster.StartGatewayAsync();
        cluster.Cluster.Withdraw(victim);
    });

    [ClusterFact]
    [Trait("req", "SIM-130")]
    public Task A_silo_that_stands_still_and_comes_back_costs_no_session_anything() => DisturbAsync("silo-stopped", "SIGSTOP of a silo for 30 s", async () =>
    {
        var victim = cluster.Cluster.Silos[0];
        cluster.Cluster.Forget(victim);
        victim.Signal(ServerProcess.Stop);
        await Task.Delay(Standstill);
        victim.Signal(ServerProcess.Continue);
        // the others have declared it dead: once it learns that it ends by itself
        await victim.EndsAsync();
        await cluster.Cluster.StartSiloAsync();
    });

    [ClusterTheory]
    [InlineData("database-fast", "restart of PostgreSQL, fast", false)]
    [InlineData("database-immediate", "restart of PostgreSQL, immediate", true)]
    [Trait("req", "SIM-130")]
    public Task A_restart_of_the_database_costs_no_session_anything(string run, string fault, bool immediate) => DisturbAsync(run, fault, async () =>
    {
        var server = cluster.Cluster.Server;
        server.Stop(immediate);
        await Task.Delay(Outage);
        server.Restart();
    });

    [ClusterFact]
    [Trait("req", "SIM-120")]
    [Trait("req", "SIM-265")]
    public Task A_rolling_restart_of_everything_costs_no_session_anything() => DisturbAsync("rolled", "rolling restart of everything", async () =>
    {
        foreach (var silo in cluster.Cluster.Silos.ToList())
        {
            await cluster.Cluster.StartSiloAsync();
            cluster.Cluster.Forget(silo);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        foreach (var gateway in cluster.Cluster.GatewayProcesses.ToList())
        {
            await cluster.Cluster.StartGatewayAsync();
            cluster.Cluster.Withdraw(gateway);
            Assert.Equal(0, await gateway.TerminateAsync());
        }
    });

    private async Task DisturbAsync(string name, string fault, Func<Task> happen)
    {
        var undisturbed = await cluster.ReadyAsync();
        var run = await cluster.Fleet.RunAsync(name, happen);
        output.WriteLine(Figures.WriteInterruptions("faults.md", fault, run, cluster.Cluster.Restarts));
        foreach (var loss in run.Clients.SelectMany(client => client.Ledger.Losses).GroupBy(why => why, StringComparer.Ordinal)) Figures.Write("losses.md", "| fault | times | what clients were told |\n|---|---|---|", $"| {fault} | {loss.Count()} | {loss.Key} |");
        run.MustEqual(undisturbed);
        await JournalReads.MustHoldAsync(cluster.Cluster.Database, run);
        await ReadModelReads.MustHoldAsync(cluster.Cluster.Database, run);
        await OrderReads.MustHoldAsync(cluster.Cluster, run, perSession: 5);
    }
}

using Trading.Cluster.Tests.Clients;
using Trading.Cluster.Tests.Deployments;
using Trading.Cluster.Tests.Runs;
using Trading.Cluster.Tests.Support;

namespace Trading.Cluster.Tests.Faults;

/// <summary>
/// Two clusters that know nothing of each other over one database: the actor runtime of each gives a session one activation, and so there are two. Only the journal can
/// tell them apart (DESIGN idea 3).
/// </summary>
public sealed class TwoClusterTests
{
    private const int Sessions = 20, Ticks = 200;

    [ClusterFact]
    public async Task Sessions_that_two_clusters_hold_at_the_same_time_have_one_writer_and_their_undisturbed_results()
    {
        await using var first = await SiloCluster.StartAsync(silos: 1, gateways: 1);
        await using var second = await first.StartTwinAsync(silos: 1, gateways: 1);
        var account = await Account.CreateAsync(first);
        var shape = new FleetShape(Sessions, Ticks, TimeSpan.FromMilliseconds(10));
        var undisturbed = await new Fleet(first, [account], shape).RunAsync("calm");
        undisturbed.MustBeWorthIt();

        // every session has two clients, each at a gateway of another cluster, and both want to drive it to its end
        var here = new Fleet(first, [account], shape).RunAsync("both");
        var there = new Fleet(second, [account], shape).RunAsync("both");
        FleetRun[] runs = [await here, await there];

        foreach (var run in runs) run.MustAgreeWith(undisturbed);
        Assert.All(runs[0].Clients.Zip(runs[1].Clients), pair => Assert.True(pair.First.Ledger.Reconnects + pair.Second.Ledger.Reconnects > 0, $"{pair.First.Plan.SessionId}: nobody was told to go away"));
        await JournalReads.MustHoldAsync(first.Database, runs);
    }
}

using System.Globalization;
using Trading.Bench.Session;
using Trading.Postgres.Tests.Support;

namespace Trading.Bench.Cluster;

/// <summary>
/// What the hop costs: lock-step ticks per second through a gateway and a silo as processes of their own, beside the same service in one process, each over a database of
/// its own on one server, in turns in one run.
/// <code>
///   client ── tick_ack ──▶ gateway ──▶ silo ──▶ journal in PostgreSQL (each 25th)      client ──▶ all in one ──▶ journal in PostgreSQL
/// </code>
/// </summary>
internal static class ClusterBench
{
    private const int Rounds = 5;

    public static async Task RunAsync(TextWriter output)
    {
        if (ClusterProcesses.Missing is { } missing)
        {
            await output.WriteLineAsync($"cluster: not run, {missing}");
            return;
        }

        await output.WriteLineAsync("lock-step session, one order every 25 ticks, journal in PostgreSQL: gateway and silo against one process");
        using var server = PostgresServer.New();
        using var together = ServiceProcess.StartService(new KeyValuePair<string, string>("TRADING_Database__ConnectionString", server.NewDatabase()));
        using var apart = ClusterProcesses.Start(server, together.Folder!);
        // many first: the compiler reaches its last tier sooner
        foreach (var connections in new[] { 100, 1 }) await CompareAsync(output, together, apart, connections);
    }

    private static async Task CompareAsync(TextWriter output, ServiceProcess together, ClusterProcesses apart, int connections)
    {
        var (oneToken, twoToken) = (await SessionConnection.TokenAsync(together.Address, together.Key), await SessionConnection.TokenAsync(apart.Gateway.Address, apart.Gateway.Key));
        var ratios = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var one = await LockStepBench.SessionsAsync(together, oneToken, connections, $"cluster-{connections}-{round}");
            var usedBySilo = apart.Silo.ProcessorTime;
            var usedByGateway = apart.Gateway.ProcessorTime;
            var two = await LockStepBench.SessionsAsync(apart.Gateway, twoToken, connections, $"cluster-{connections}-{round}");
            if (round == 0) continue;
            ratios.Add(two / one);
            var ticks = two * LockStepBench.Duration.TotalSeconds;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {connections,3} connections: gateway and silo {two,9:N0} ticks/s   one process {one,9:N0} ticks/s   ratio {two / one:0.00}   processor time of a tick: gateway {(apart.Gateway.ProcessorTime - usedByGateway).TotalMicroseconds / ticks:0.0} us, silo {(apart.Silo.ProcessorTime - usedBySilo).TotalMicroseconds / ticks:0.0} us"));
        }

        Medians.AtLeast(output, $"{connections} connections, median of the ratios to one process", Medians.Of(ratios), 0.33);
    }
}

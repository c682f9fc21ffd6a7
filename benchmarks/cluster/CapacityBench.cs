using System.Globalization;
using Trading.Bench.Session;
using Trading.Postgres.Tests.Support;

namespace Trading.Bench.Cluster;

/// <summary>How many sessions a silo holds: 5,000 open sessions on one silo through one gateway, resident memory of each in both, beside 5,000 idle WebSockets of a bare Kestrel.</summary>
internal static class CapacityBench
{
    private const double Gibibyte = 1L << 30;

    public static async Task RunAsync(TextWriter output)
    {
        if (ClusterProcesses.Missing is { } missing)
        {
            await output.WriteLineAsync($"capacity: not run, {missing}");
            return;
        }

        const int Sessions = IdleSessionsBench.Sessions;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Sessions:N0} open sessions on one silo through one gateway"));
        var (bareSeconds, bareBytes) = await IdleSessionsBench.IdleSocketsAsync();

        // makes the demo's bars, and stays out of it
        using var bars = ServiceProcess.StartService();
        using var server = PostgresServer.New();
        using var cluster = ClusterProcesses.Start(server, bars.Folder!);
        var token = await SessionConnection.TokenAsync(cluster.Gateway.Address, cluster.Gateway.Key);
        var clients = new List<SessionConnection>();
        try
        {
            await IdleSessionsBench.OpenAsync(clients, cluster.Gateway, token, 100);
            var (silo, gateway) = (cluster.Silo.ResidentBytes, cluster.Gateway.ResidentBytes);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await IdleSessionsBench.OpenAsync(clients, cluster.Gateway, token, Sessions);
            var seconds = clock.Elapsed.TotalSeconds;
            var (siloEach, gatewayEach) = ((cluster.Silo.ResidentBytes - silo) / (double)Sessions, (cluster.Gateway.ResidentBytes - gateway) / (double)Sessions);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  connect and create: {Sessions / seconds:N0} sessions/s   bare WebSockets: {Sessions / bareSeconds:N0}/s   ratio {bareSeconds / seconds:0.00}"));
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  memory of each: silo {siloEach / 1024:0.0} KiB, gateway {gatewayEach / 1024:0.0} KiB   bare WebSocket {bareBytes / 1024:0.0} KiB   ratio of the gateway's {gatewayEach / bareBytes:0.00}, of both {(siloEach + gatewayEach) / bareBytes:0.00}"));
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  a GiB of a silo holds {Gibibyte / siloEach:N0} sessions, a GiB of a gateway {Gibibyte / gatewayEach:N0} connections; an empty silo takes {silo / 1048576.0:0} MiB, an empty gateway {gateway / 1048576.0:0} MiB"));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }
}

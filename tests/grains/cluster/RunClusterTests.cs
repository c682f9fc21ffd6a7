using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Tests.Runs;

namespace Trading.Grains.Tests.Cluster;

/// <summary>A sweep where its workers do not share a process.</summary>
public class RunClusterTests
{
    private static readonly RunRequest Sweep = RunHost.Sweep(40, 40, 1);

    [Fact]
    public async Task A_sweep_is_computed_by_both_silos_with_the_results_of_one()
    {
        var expected = RunHost.Expected(Sweep);
        string alone;
        await using (var one = await RunHost.StartAsync())
        {
            await one.BeginAsync("alone", Sweep);
            alone = (await one.EndAsync("alone")).Hash!;
        }

        await using var cluster = await RunCluster.StartAsync();
        var run = cluster.Run("both");
        Assert.Null((await run.Begin(Sweep, default)).Problem);
        var status = await cluster.EndAsync(run);
        Assert.Equal((RunState.Completed, alone), (status.State, status.Hash));
        Assert.Equal(expected.Length, status.Done);

        // through sockets and the serializer, to the last digit
        var results = (await run.GetResults(new ResultQuery(ResultOrder.Set, 1, 1_000), default))!.Results;
        Assert.Equal(expected.Take(1_000), results);
        Assert.Equal(expected.Length, cluster.First.Pool.Sets + cluster.Second.Pool.Sets);
        Assert.InRange(cluster.First.Pool.Sets, expected.Length / 5, expected.Length * 4 / 5);
    }

    [Fact]
    public async Task A_sweep_goes_on_when_a_silo_leaves()
    {
        await using var cluster = await RunCluster.StartAsync(sliceTicks: 100);
        var run = cluster.Run("left");
        Assert.Null((await run.Begin(Sweep, default)).Problem);
        while (cluster.Second.Pool.Sets == 0) await Task.Delay(1);
        await cluster.Second.DisposeAsync();
        var status = await cluster.EndAsync(run);
        Assert.Equal((RunState.Completed, status.Sets), (status.State, status.Done));
        Assert.Equal(RunHost.Expected(Sweep).Select(result => result.ResultHash), await cluster.HashesAsync(run));
    }

    private sealed class RunCluster : IAsyncDisposable
    {
        private readonly IHost _client;

        private RunCluster(RunHost first, RunHost second, IHost client) => (First, Second, _client) = (first, second, client);

        public RunHost First { get; }

        public RunHost Second { get; }

        private IClusterClient Client => _client.Services.GetRequiredService<IClusterClient>();

        public static async Task<RunCluster> StartAsync(int sliceTicks = 500)
        {
            var (primary, gateway) = (FreePort(), FreePort());
            var first = await RunHost.StartAsync(options: Options, cluster: silo => silo.UseLocalhostClustering(primary, gateway));
            var second = await RunHost.StartAsync(states: first.States, options: Options, cluster: silo => silo.UseLocalhostClustering(FreePort(), FreePort(), new IPEndPoint(IPAddress.Loopback, primary)));
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Logging.ClearProviders();
            builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway));
            var host = builder.Build();
            await host.StartAsync();
            return new RunCluster(first, second, host);

            Trading.Grains.Runs.RunOptions Options(Trading.Grains.Runs.RunOptions options) => options with { SliceTicks = sliceTicks, AssignedTicks = 10_000 };
        }

        public IRunGrain Run(string id) => Client.GetGrain<IRunGrain>(GrainKeys.Run(RunHost.User, id));

        public async Task<RunStatus> EndAsync(IRunGrain run)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            while (true)
            {
                if (await run.GetStatus(patience.Token) is { State: not (RunState.Queued or RunState.Running) } status) return status;
                await Task.Delay(20, patience.Token);
            }
        }

        public async Task<List<string>> HashesAsync(IRunGrain run)
        {
            var hashes = new List<string>();
            for (var page = 1; ; page++)
            {
                var results = (await run.GetResults(new ResultQuery(ResultOrder.Set, page, 500), default))!.Results;
                if (results.Count == 0) return hashes;
                hashes.AddRange(results.Select(result => result.ResultHash));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _client.StopAsync();
            _client.Dispose();
            await Second.DisposeAsync();
            await First.DisposeAsync();
        }

        private static int FreePort()
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            return ((IPEndPoint)socket.LocalEndpoint).Port;
        }
    }
}

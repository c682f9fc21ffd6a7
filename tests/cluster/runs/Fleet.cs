using Trading.Cluster.Tests.Clients;
using Trading.Cluster.Tests.Deployments;

namespace Trading.Cluster.Tests.Runs;

/// <summary>Sessions that run at the same time, each with a client of its own.</summary>
/// <param name="service">Where they run.</param>
/// <param name="accounts">They are dealt out among these.</param>
/// <param name="shape">How many, how long, how fast.</param>
internal sealed class Fleet(IDeployment service, IReadOnlyList<Account> accounts, FleetShape shape)
{
    /// <summary>No test waits for ever. It is no measure of anything.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Runs all sessions to their end. Where there is a fault it happens in the middle, once each has begun.</summary>
    /// <param name="run">Begins the ids of the sessions.</param>
    /// <param name="fault">Ends when the deployment is whole again; clients that have come near their end wait for that. Null = nothing happens.</param>
    public async Task<FleetRun> RunAsync(string run, Func<Task>? fault = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var tempo = new Tempo(shape.Pace, shape.Ticks / 6, shape.Ticks * 9 / 10);
        tempo.Expect(shape.Sessions);
        var clients = Enumerable.Range(0, shape.Sessions)
            .Select(index => new SimulationClient(SessionPlan.Of(run, index, shape.Ticks), accounts[index % accounts.Count], service, tempo))
            .ToList();
        var running = clients.ConvertAll(client => Task.Run(() => client.RunAsync(patience.Token)));
        var failed = FirstFailure(running);
        try
        {
            if (fault is not null)
            {
                await await Task.WhenAny(tempo.AllBegun, failed);
                await fault();
            }

            tempo.FaultIsOver();
            await await Task.WhenAny(Task.WhenAll(running), failed);
            return new FleetRun(run, clients);
        }
        catch (Exception failure)
        {
            await patience.CancelAsync();
            throw new InvalidOperationException($"{failure.Message}\n{Where(clients)}\n{Tail(service.Log)}", failure);
        }
    }

    /// <summary>Ends when one client fails: the others would only wait for it.</summary>
    private static async Task FirstFailure(List<Task> running)
    {
        var left = running.ToList();
        while (left.Count > 0)
        {
            var ended = await Task.WhenAny(left);
            left.Remove(ended);
            await ended;
        }

        await Task.Delay(Timeout.Infinite);
    }

    private static string Where(List<SimulationClient> clients) => string.Join('\n', clients.Where(client => client.Ledger.ResultHash is null).Take(20).Select(client =>
        $"{client.Plan.SessionId} is at tick {client.Ledger.Ticks.Count} after {client.Ledger.Reconnects} reconnects: {string.Join("; ", client.Ledger.Losses.TakeLast(3))}"));

    private static string Tail(string log) => log.Length > 20_000 ? log[^20_000..] : log;
}

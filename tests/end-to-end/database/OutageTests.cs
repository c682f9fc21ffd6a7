using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using Trading.Postgres.Tests.Support;

namespace Trading.EndToEnd.Tests.Database;

/// <summary>The database goes away under running sessions, without a goodbye, and comes back: the clients notice a pause.</summary>
public sealed class OutageTests
{
    private const int Sessions = 20;
    private const int Outages = 3;

    [PostgresFact]
    [Trait("req", "SIM-130")]
    public async Task Sessions_keep_their_connections_over_restarts_of_the_database_and_end_as_if_there_had_been_none()
    {
        var calm = await RunAsync(PostgresServer.Shared, (_, _, _) => Task.CompletedTask);
        using var server = PostgresServer.New();
        var stormy = await RunAsync(server, async (service, token, running) =>
        {
            for (var outage = 1; outage <= Outages; outage++)
            {
                // somewhere in the run, and not at its very end
                await running.ReachedAsync(60 * outage);
                server.Kill();
                await UnavailableAsync(service, token);
                server.Restart();
            }
        });
        Assert.All(calm, outcome => Assert.Equal(64, outcome.ResultHash.Length));
        for (var session = 0; session < Sessions; session++) Assert.Equal(calm[session], stormy[session]);
    }

    /// <summary>Twenty sessions at once; what each of their clients was told.</summary>
    private static async Task<List<Outcome>> RunAsync(PostgresServer server, Func<ServiceProcess, string, Progress, Task> disturb)
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["TRADING_Database__ConnectionString"] = server.NewDatabase() };
        await using var service = await ServiceProcess.StartOnAsync(folder.Path, environment);
        var token = await SessionClient.TokenAsync(service.Address, service.DemoKey);
        var progress = new Progress();
        var clients = Enumerable.Range(0, Sessions).Select(session => TradeAsync(service, token, $"outage-{session}", progress)).ToList();
        await Task.WhenAll([.. clients, disturb(service, token, progress)]);
        return clients.ConvertAll(client => client.Result);
    }

    /// <summary>Lock step over a day, an order at every tenth tick.</summary>
    private static async Task<Outcome> TradeAsync(ServiceProcess service, string token, string session, Progress progress)
    {
        await using var client = await SessionClient.ConnectAsync(service.Address, token);
        await client.ExpectAsync("connection_ready");
        await client.SendAsync("create_session", new JsonObject
        {
            ["session_id"] = session,
            ["symbols"] = new JsonArray("KO"),
            ["start"] = "2024-07-16T13:30:00Z",
            ["end"] = "2024-07-16T20:00:00Z",
            ["initial_cash"] = "50000.00",
            ["extensions"] = new JsonArray("report"),
        });
        await client.ExpectAsync("session_created");
        await client.SendAsync("start_simulation", new JsonObject { ["account_updates"] = "on_demand" });
        await client.ExpectAsync("simulation_started");
        var (acknowledged, fills, hash) = (new List<string>(), new List<string>(), "");
        while (true)
        {
            var message = await client.ReceiveAsync() ?? throw new InvalidOperationException($"{session} was closed with {client.CloseStatus}");
            var data = (JsonObject)message["data"]!;
            switch (message["type"]!.GetValue<string>())
            {
                case "tick":
                    var tick = data["sequence_id"]!.GetValue<int>();
                    progress.Reach(tick);
                    if (tick % 10 == 0) await client.SendAsync("order_batch", Order(session, tick));
                    await client.SendAsync("tick_ack", new JsonObject { ["sequence_id"] = tick, ["processing_status"] = "ready" });
                    break;
                case "batch_ack":
                    acknowledged.AddRange(data["accepted_orders"]!.AsArray().Select(order => order!.GetValue<string>()));
                    break;
                case "execution_report":
                    fills.Add(data.ToJsonString());
                    break;
                case "simulation_report":
                    hash = data["result_hash"]!.GetValue<string>();
                    break;
                case "simulation_complete":
                    return new Outcome(hash, string.Join(' ', acknowledged), string.Join('\n', fills));
                case "error":
                    throw new InvalidOperationException($"{session}: {data.ToJsonString()}");
            }
        }
    }

    private static JsonObject Order(string session, int tick) => new()
    {
        ["batch_id"] = $"b-{tick}",
        ["orders"] = new JsonArray(new JsonObject
        {
            ["order_id"] = $"{session}-{tick}",
            ["symbol"] = "KO",
            ["side"] = tick % 20 == 0 ? "sell" : "buy",
            ["type"] = "market",
            ["quantity"] = tick % 7 + 1,
        }),
    };

    /// <summary>Waits until a read says that the database is away, and how.</summary>
    private static async Task UnavailableAsync(ServiceProcess service, string token)
    {
        using var http = service.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var attempt = 0; attempt < 600; attempt++)
        {
            using var answer = await http.GetAsync(new Uri($"/sessions/none-{attempt}/report", UriKind.Relative));
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal("INTERNAL_ERROR", JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error_code"]!.GetValue<string>());
                return;
            }

            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Fail("the service never noticed that its database is away");
    }

    private sealed record Outcome(string ResultHash, string Acknowledged, string Fills);

    /// <summary>How far the session that is furthest has come.</summary>
    private sealed class Progress
    {
        private readonly Lock _lock = new();
        private readonly List<(int Tick, TaskCompletionSource Reached)> _waiting = [];
        private int _furthest;

        public void Reach(int tick)
        {
            lock (_lock)
            {
                _furthest = Math.Max(_furthest, tick);
                foreach (var (_, reached) in _waiting.Where(one => one.Tick <= _furthest)) reached.TrySetResult();
            }
        }

        public Task ReachedAsync(int tick)
        {
            lock (_lock)
            {
                if (_furthest >= tick) return Task.CompletedTask;
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((tick, reached));
                return reached.Task;
            }
        }
    }
}

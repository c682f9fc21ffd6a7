using System.Net;
using System.Text.Json;
using Trading.Cluster.Tests.Clients;
using Trading.Cluster.Tests.Deployments;

namespace Trading.Cluster.Tests.Runs;

/// <summary>Reads back by REST what clients were told: each order that is read is there, once, with the fills that its client has.</summary>
internal static class OrderReads
{
    private const int ReadersAtATime = 16;

    /// <param name="service">Read through all its gateways in turn.</param>
    /// <param name="run">The ledgers.</param>
    /// <param name="perSession">Orders of each session to read: the last acknowledged, and others spread over the run.</param>
    public static async Task MustHoldAsync(IDeployment service, FleetRun run, int perSession)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var reads = run.Clients.SelectMany(client => Chosen(client.Ledger, perSession).Select(order => (client, order))).ToList();
        var wrong = new List<string>();
        await Parallel.ForEachAsync(reads.Index(), new ParallelOptions { MaxDegreeOfParallelism = ReadersAtATime }, async (read, cancellationToken) =>
        {
            var (client, order) = read.Item;
            var gateway = service.Gateways[read.Index % service.Gateways.Count];
            if (await ProblemAsync(http, gateway, client, order, cancellationToken) is not { } problem) return;
            lock (wrong) wrong.Add($"{client.Plan.SessionId}/{order}: {problem}");
        });
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {reads.Count} orders of {run.Name} are not as their clients were told:\n{string.Join('\n', wrong.Take(10))}");
    }

    private static List<string> Chosen(Ledger ledger, int count)
    {
        var orders = ledger.Orders.Keys.ToList();
        var step = Math.Max(1, orders.Count / Math.Max(1, count - 1));
        return [.. orders.Where((_, at) => at % step == 0).Append(orders[^1]).Distinct(StringComparer.Ordinal)];
    }

    private static async Task<string?> ProblemAsync(HttpClient http, Uri gateway, SimulationClient client, string order, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway, $"/sessions/{client.Plan.SessionId}/orders/{order}"));
        request.Headers.Authorization = new("Bearer", await client.Account.TokenAsync(gateway));
        using var answer = await http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK) return $"HTTP {(int)answer.StatusCode} {text}";
        using var body = JsonDocument.Parse(text);
        var status = body.RootElement.GetProperty("status").GetString();
        if (client.Ledger.Orders[order] == (status == "rejected")) return $"the client was told {(client.Ledger.Orders[order] ? "accepted" : "rejected")}, but it is {status}";
        var held = body.RootElement.GetProperty("fills").EnumerateArray().Select(fill => fill.GetProperty("execution_id").GetString()!).Order(StringComparer.Ordinal);
        var told = client.Ledger.Fills.Where(fill => OrderOf(fill.Value) == order).Select(fill => fill.Key).Order(StringComparer.Ordinal);
        return held.SequenceEqual(told) ? null : $"its fills are {string.Join(", ", held)}, but the client was told {string.Join(", ", told)}";
    }

    private static string OrderOf(string fill)
    {
        using var body = JsonDocument.Parse(fill);
        return body.RootElement.GetProperty("order_id").GetString()!;
    }
}

using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Trading.Cluster.Tests.Runs;

/// <summary>Reads from PostgreSQL what operators and dashboards see of finished sessions: every order that was acknowledged is a row, every fill that was told is one, and no other.</summary>
internal static class ReadModelReads
{
    private const string Ended = "SELECT session, result_hash FROM runs WHERE session LIKE @sessions AND state = 'completed'";
    private const string Ordered = "SELECT r.session, o.order_id, o.state FROM orders o JOIN runs r USING (run_id) WHERE r.session LIKE @sessions";
    private const string Filled = "SELECT r.session, f.execution, f.order_id, f.quantity, f.price FROM fills f JOIN runs r USING (run_id) WHERE r.session LIKE @sessions";

    public static async Task MustHoldAsync(string database, FleetRun run)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        var hashes = await ReadAsync(source, Ended, run, row => row.GetString(1));
        var orders = await ReadAsync(source, Ordered, run, row => (Id: row.GetString(1), IsRejected: row.GetString(2) == "rejected"));
        var fills = await ReadAsync(source, Filled, run, row => new FillRow($"x-{row.GetInt32(1)}", row.GetString(2), row.GetDecimal(3), row.GetDecimal(4)));
        Assert.All(run.Clients, client =>
        {
            var (session, ledger) = (client.Plan.SessionId, client.Ledger);
            Assert.Equal(ledger.ResultHash, Assert.Single(hashes[session]));

            // the orders of a batch whose answer was lost at the very end are there, too
            var unanswered = client.Unanswered.Select(batch => $"o-{batch[2..]}-").ToList();
            var answered = orders[session].Where(order => !unanswered.Exists(prefix => order.Id.StartsWith(prefix, StringComparison.Ordinal))).OrderBy(order => order.Id, StringComparer.Ordinal);
            Assert.Equal(ledger.Orders.Select(order => (Id: order.Key, IsRejected: !order.Value)).OrderBy(order => order.Id, StringComparer.Ordinal), answered);
            Assert.Equal(ledger.Fills.Values.Select(Told).OrderBy(fill => fill.Id, StringComparer.Ordinal), fills[session].OrderBy(fill => fill.Id, StringComparer.Ordinal));
        });
    }

    private static async Task<ILookup<string, T>> ReadAsync<T>(NpgsqlDataSource source, string query, FleetRun run, Func<NpgsqlDataReader, T> row)
    {
        await using var command = source.CreateCommand(query);
        command.Parameters.AddWithValue("sessions", run.Name + "-%");
        var rows = new List<(string Session, T Row)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add((reader.GetString(0), row(reader)));
        return rows.ToLookup(one => one.Session, one => one.Row, StringComparer.Ordinal);
    }

    private static FillRow Told(string payload)
    {
        using var fill = JsonDocument.Parse(payload);
        var root = fill.RootElement;
        return new(root.GetProperty("execution_id").GetString()!, root.GetProperty("order_id").GetString()!, Number(root.GetProperty("executed_quantity")), Number(root.GetProperty("executed_price")));
    }

    private static decimal Number(JsonElement number) => decimal.Parse(number.ToString(), CultureInfo.InvariantCulture);

    private sealed record FillRow(string Id, string Order, decimal Quantity, decimal Price);
}

using System.Text.Json;
using Npgsql;

namespace Trading.Cluster.Tests.Runs;

/// <summary>Reads from the tables of PostgreSQL what the journal holds: every acknowledged batch once, no other one, versions without gaps.</summary>
internal static class JournalReads
{
    private const string Records = """
        SELECT s.session, r.version, convert_from(r.payload, 'UTF8')
        FROM journal_sessions s JOIN journal_records r ON r.session_id = s.id
        WHERE s.session LIKE @sessions ORDER BY s.id, r.version
        """;

    /// <param name="database">Connection string.</param>
    /// <param name="runs">Runs of the same sessions, each with clients of its own: what any client was told counts, and nothing else may be there but what one was not told at its end.</param>
    public static async Task MustHoldAsync(string database, params IReadOnlyList<FleetRun> runs)
    {
        var run = runs[0];
        var held = run.Clients.ToDictionary(client => client.Plan.SessionId, _ => new List<(long Version, string? Batch)>(), StringComparer.Ordinal);
        await using (var source = NpgsqlDataSource.Create(database + ";Pooling=false"))
        await using (var command = source.CreateCommand(Records))
        {
            command.Parameters.AddWithValue("sessions", run.Name + "-%");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) held[reader.GetString(0)].Add((reader.GetInt64(1), BatchOf(reader.GetString(2))));
        }

        Assert.Empty(run.Clients.Select((client, index) => Problem(
            client.Plan.SessionId,
            [.. runs.SelectMany(one => one.Clients[index].Ledger.Batches.Keys)],
            [.. runs.SelectMany(one => one.Clients[index].Unanswered)],
            held[client.Plan.SessionId])).OfType<string>());
    }

    private static string? BatchOf(string record)
    {
        using var body = JsonDocument.Parse(record);
        return body.RootElement.TryGetProperty("batch", out var batch) ? batch.GetProperty("batch_id").GetString() : null;
    }

    private static string? Problem(string session, HashSet<string> acknowledged, HashSet<string> unanswered, List<(long Version, string? Batch)> records)
    {
        if (!records.Select(record => record.Version).SequenceEqual(Enumerable.Range(1, records.Count).Select(version => (long)version))) return $"{session}: its versions have gaps";
        var batches = records.Select(record => record.Batch).OfType<string>().ToList();
        if (batches.GroupBy(batch => batch).FirstOrDefault(same => same.Count() > 1) is { } doubled) return $"{session}: batch {doubled.Key} is there {doubled.Count()} times";
        if (acknowledged.Except(batches).FirstOrDefault() is { } lost) return $"{session}: batch {lost} was acknowledged and is not there";
        return batches.Except(acknowledged).Except(unanswered).FirstOrDefault() is { } extra ? $"{session}: batch {extra} is there and nobody sent it" : null;
    }
}

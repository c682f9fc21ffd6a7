using System.Text.RegularExpressions;
using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Usage;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Postgres.Tests.ReadModels;

/// <summary>The queries that docs/journal.md gives to operators run as they are written, and find rows by index.</summary>
public sealed partial class DocumentedQueryTests
{
    private static readonly SessionKey Key = new("user_7f3a", "s-1");

    [Fact]
    public async Task The_queries_of_the_page_answer_with_the_rows_that_they_promise()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        var run = new RandomRun(4);
        for (var version = 0; version < 20; version++)
        {
            var change = run.Next();
            run.Tables.Apply((await journal.AppendAsync(Key, version, Payloads("a"), change, default)).Version, change);
        }

        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync();
        var queries = Queries();
        Assert.Equal(2, queries.Count);
        var newest = Assert.Single(await StoredTables.RowsAsync(connection, queries[0]));
        Assert.Equal(["s-1", $"{run.Tables.Run!.State}".ToLowerInvariant(), $"{run.Tables.Run.Tick}"], new[] { newest[0], newest[1], newest[3] });
        var open = run.Tables.Orders.Values.Where(order => order.State is Engine.Orders.OrderState.Accepted or Engine.Orders.OrderState.Working or Engine.Orders.OrderState.PartiallyFilled);
        Assert.Equal(open.OrderBy(order => order.Place).Select(order => order.OrderId), (await StoredTables.RowsAsync(connection, queries[1])).Select(row => row[0]));
    }

    [Theory]
    [InlineData("SELECT * FROM runs WHERE tenant = 'a' ORDER BY created_at DESC LIMIT 20", "runs_of_tenant")]
    [InlineData("SELECT * FROM runs WHERE tenant = 'a' AND session = 'b'", "runs_by_name")]
    [InlineData("SELECT * FROM orders WHERE run_id = 1", "orders_pkey")]
    [InlineData("SELECT * FROM fills WHERE run_id = 1 ORDER BY execution", "fills_pkey")]
    public async Task The_usual_questions_are_answered_by_an_index(string query, string index)
    {
        await using var source = NpgsqlDataSource.Create(Databases.New() + ";Options=-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off");
        await using var connection = await source.OpenConnectionAsync();
        Assert.Contains(await StoredTables.RowsAsync(connection, "EXPLAIN " + query), line => line[0].Contains(index, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Usage_is_shown_with_names()
    {
        await using var source = NpgsqlDataSource.Create(Databases.New());
        IUsageStore usage = new PostgresUsageStore(new PostgresCalls(source));
        var day = new DateOnly(2026, 2, 2);
        await usage.RecordAsync([.. Enum.GetValues<MeteringKind>().Select(kind => new MeteringRecord("u", "s", day, kind, 7))], default);
        await using var connection = await source.OpenConnectionAsync();
        var rows = await StoredTables.RowsAsync(connection, "SELECT user_id, day, session, kind, quantity FROM usage ORDER BY kind");
        Assert.Equal(["u|2026-02-02|s|reports|7", "u|2026-02-02|s|simulations|7", "u|2026-02-02|s|ticks|7"], rows.Select(row => string.Join('|', row)));
    }

    private static List<string> Queries()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "journal.md"))) folder = folder.Parent!;
        return [.. Block().Matches(File.ReadAllText(Path.Combine(folder.FullName, "docs", "journal.md"))).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Postgres;

namespace Trading.Postgres.Tests;

public sealed class MigrationTests
{
    [Fact]
    public async Task Many_processes_that_start_at_the_same_time_apply_every_file_once()
    {
        var database = PostgresServer.Shared.NewDatabase();
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Databases.Migrate(database)));
        var names = applied.SelectMany(list => list).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.StartsWith("0001-", names[0], StringComparison.Ordinal);
        Assert.Empty(await Databases.Migrate(database));
    }

    [Fact]
    public async Task A_file_that_changed_after_it_was_applied_is_refused_by_name()
    {
        var database = Databases.New();
        await ExecuteAsync(database, "UPDATE schema_migrations SET sha256 = 'other' WHERE number = 1");
        var refused = await Assert.ThrowsAsync<MigrationException>(() => Databases.Migrate(database));
        Assert.Contains("0001-session-journal.sql has changed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        var database = Databases.New();
        await ExecuteAsync(database, "INSERT INTO schema_migrations (number, name, sha256) VALUES (9999, '9999-from-the-future.sql', 'x')");
        var refused = await Assert.ThrowsAsync<MigrationException>(() => Databases.Migrate(database));
        Assert.Contains("9999-from-the-future.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_file_leaves_nothing_of_itself_and_gives_the_lock_back()
    {
        var database = PostgresServer.Shared.NewDatabase();
        // a table of the same name that is not ours makes the first file fail in the middle
        await ExecuteAsync(database, "CREATE TABLE journal_snapshots (x integer)");
        await Assert.ThrowsAsync<PostgresException>(() => Databases.Migrate(database));
        await ExecuteAsync(database, "DROP TABLE journal_snapshots");
        Assert.Equal("0001-session-journal.sql", (await Databases.Migrate(database))[0]);
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

using System.Text;
using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Tests.Journal;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Postgres.Tests;

/// <summary>Rows that are not what was written are never passed on.</summary>
public sealed class DamageTests
{
    [Theory]
    [InlineData("UPDATE journal_records SET payload = 'other' WHERE version = 2")]
    [InlineData("DELETE FROM journal_records WHERE version = 2")]
    public async Task An_altered_or_missing_record_is_an_error_that_names_it(string damage)
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        await journal.AppendedAsync(Alpha, 0, "a", "b", "c");
        await ExecuteAsync(database, damage);
        var damaged = await Assert.ThrowsAsync<JournalDamagedException>(async () => await journal.TextsAsync(Alpha));
        Assert.Contains("tenant/alpha, version 2", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_passed_over_for_the_one_before_it_and_told()
    {
        var database = Databases.New();
        var told = new List<PostgresJournalEvent>();
        await using var journal = new PostgresSessionJournal(database, new PostgresJournalOptions { Observer = told.Add });
        await journal.AppendedAsync(Alpha, 0, "a", "b", "c");
        foreach (var version in new[] { 1, 2, 3 }) await journal.SaveSnapshotAsync(Alpha, version, Encoding.UTF8.GetBytes($"state {version}"), default);
        await ExecuteAsync(database, "UPDATE journal_snapshots SET payload = 'other' WHERE version = 3");
        var loaded = await journal.LoadSnapshotAsync(Alpha, default);
        Assert.Equal((2L, "state 2"), (loaded!.Value.Version, Encoding.UTF8.GetString(loaded.Value.Snapshot.Span)));
        Assert.Equal(PostgresJournalEventKind.SnapshotDamaged, Assert.Single(told).Kind);
    }

    [Fact]
    public async Task Only_the_two_newest_snapshots_are_kept_and_deletion_leaves_no_row()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        await journal.AppendedAsync(Alpha, 0, "a", "b", "c");
        foreach (var version in new[] { 1, 2, 3 }) await journal.SaveSnapshotAsync(Alpha, version, new byte[] { 1 }, default);
        Assert.Equal(2L, await CountAsync(database, "journal_snapshots"));
        await journal.DeleteAsync(Alpha, default);
        foreach (var table in new[] { "journal_sessions", "journal_records", "journal_snapshots" }) Assert.Equal(0L, await CountAsync(database, table));
    }

    private static async Task<object?> CountAsync(string database, string table)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand($"SELECT count(*) FROM {table}");
        return await command.ExecuteScalarAsync();
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

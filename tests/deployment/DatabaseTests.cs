using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Trading.Deployment.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;

namespace Trading.Deployment.Tests;

/// <summary>The users of the database have the rights that the manifests give them and no others, and what docs/operations.md says about backups is true.</summary>
[Collection(ServerTests.Name)]
public sealed partial class DatabaseTests
{
    private const string Secrets = "deploy/secrets";
    private const string NoRight = "42501";
    private static readonly SessionKey Key = new("user_a", "s");

    [PostgresFact]
    public async Task Each_user_may_do_its_work_and_nothing_else()
    {
        using var files = new DeploymentCopy();
        files.MakeSecrets(Secrets);
        using var database = new DatabaseServer(files, Secrets);
        await MigrateAsync(database, DatabaseServer.Owner);
        Grant(files, database);

        // a silo finds that nothing is missing, without the right to make tables
        Assert.Empty(await MigrateAsync(database, DatabaseServer.Silo));
        Assert.Equal(NoRight, database.Refusal(DatabaseServer.Silo, "CREATE TABLE t (i integer)"));
        Assert.Equal(NoRight, database.Refusal(DatabaseServer.Silo, "DELETE FROM schema_migrations"));
        Assert.Equal(NoRight, database.Refusal(DatabaseServer.Silo, "DROP TABLE journal_records"));
        await using (var journal = new PostgresSessionJournal(database.ConnectionString(DatabaseServer.Silo)))
        {
            Assert.True((await journal.AppendAsync(Key, 0, [Encoding.UTF8.GetBytes("{}")], default)).IsAppended);
            await journal.SaveSnapshotAsync(Key, 1, Encoding.UTF8.GetBytes("{}"), default);
            await journal.DeleteAsync(Key, default);
        }

        // a gateway sees where silos are: every other table is closed to it
        Assert.Equal(0L, database.Ask(DatabaseServer.Gateway, "SELECT count(*) FROM cluster_silos"));
        Assert.True((long)database.Ask(DatabaseServer.Gateway, "SELECT count(*) FROM orleansquery")! > 0);
        var readable = (string)database.Ask("postgres", $"SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p') AND has_table_privilege('{DatabaseServer.Gateway}', c.oid, 'SELECT')")!;
        Assert.Equal("cluster_silos orleansquery", readable);
        foreach (var change in new[] { "DELETE FROM cluster_silos", "UPDATE cluster_silos SET status = 6", "INSERT INTO orleansquery VALUES ('k', 't')", "SELECT count(*) FROM journal_records", "SELECT count(*) FROM accounts", "CREATE TABLE t (i integer)" })
        {
            Assert.Equal(NoRight, database.Refusal(DatabaseServer.Gateway, change));
        }
    }

    [PostgresFact]
    public async Task Passwords_count_and_the_script_of_users_changes_them()
    {
        using var files = new DeploymentCopy();
        files.MakeSecrets(Secrets);
        using var database = new DatabaseServer(files, Secrets);
        var before = database.ConnectionString(DatabaseServer.Silo);
        Assert.Equal(1, database.Ask(DatabaseServer.Silo, "SELECT 1"));
        Assert.Equal("28P01", Assert.Throws<PostgresException>(() => Open(before.Replace("Password=", "Password=x", StringComparison.Ordinal))).SqlState);

        var file = files.At($"{Secrets}/postgres/silo_password");
        File.Delete(file);
        await File.WriteAllTextAsync(file, "another password, with 'quotes' and \\ such");
        database.RunRoles();
        Assert.Equal("28P01", Assert.Throws<PostgresException>(() => Open(before)).SqlState);
        Assert.Equal(1, database.Ask(DatabaseServer.Silo, "SELECT 1"));
    }

    [PostgresFact]
    public async Task A_dump_taken_and_restored_as_the_page_says_holds_every_session()
    {
        using var files = new DeploymentCopy();
        files.MakeSecrets(Secrets);
        using var database = new DatabaseServer(files, Secrets);
        await MigrateAsync(database, DatabaseServer.Owner);
        Grant(files, database);
        await using (var journal = new PostgresSessionJournal(database.ConnectionString(DatabaseServer.Silo)))
        {
            for (var version = 0; version < 100; version++) Assert.True((await journal.AppendAsync(Key, version, [Encoding.UTF8.GetBytes($"{{\"n\":{version}}}")], default)).IsAppended);
            await journal.SaveSnapshotAsync(Key, 60, Encoding.UTF8.GetBytes("{\"state\":60}"), default);
        }

        var backup = files.At("backup");
        Run(files, database, "dump", backup);

        // what comes after the backup is what a restored database does not have
        await using (var journal = new PostgresSessionJournal(database.ConnectionString(DatabaseServer.Silo))) await journal.AppendAsync(Key, 100, [Encoding.UTF8.GetBytes("{}")], default);

        using var other = new DatabaseServer(files, Secrets);
        Run(files, other, "restore", backup);
        Assert.Empty(await MigrateAsync(other, DatabaseServer.Silo));
        Assert.Equal(0L, other.Ask(DatabaseServer.Gateway, "SELECT count(*) FROM cluster_silos"));
        Assert.Equal(NoRight, other.Refusal(DatabaseServer.Gateway, "SELECT count(*) FROM journal_records"));
        Assert.Equal(NoRight, other.Refusal(DatabaseServer.Silo, "DELETE FROM schema_migrations"));
        await using var restored = new PostgresSessionJournal(other.ConnectionString(DatabaseServer.Silo));
        Assert.Equal(60, (await restored.LoadSnapshotAsync(Key, default))!.Value.Version);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{{\"n\":{number}}}"), (await ReadAsync(restored)).Select(record => Encoding.UTF8.GetString(record.Payload.Span)));
        Assert.True((await restored.AppendAsync(Key, 100, [Encoding.UTF8.GetBytes("{}")], default)).IsAppended);
    }

    /// <summary>Runs a block of docs/operations.md, found by the comment on its first line.</summary>
    private static void Run(DeploymentCopy files, DatabaseServer database, string block, string backup)
    {
        var text = Blocks().Matches(Repository.Read("docs/operations.md")).Select(match => match.Groups[1].Value).Single(one => one.StartsWith($"# {block}:", StringComparison.Ordinal));
        var variables = database.Variables(DatabaseServer.Owner);
        variables["BACKUP"] = backup;
        files.Run("bash", ["-euo", "pipefail", "-c", text], variables);
    }

    private static void Grant(DeploymentCopy files, DatabaseServer database) =>
        files.Run("psql", ["-v", "ON_ERROR_STOP=1", "-q", "-f", files.At("deploy/postgres/grants.sql")], database.Variables(DatabaseServer.Owner));

    private static async Task<IReadOnlyList<string>> MigrateAsync(DatabaseServer database, string user)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString(user));
        return await Migrations.ApplyAsync(source, default);
    }

    private static async Task<List<JournalRecord>> ReadAsync(PostgresSessionJournal journal)
    {
        var records = new List<JournalRecord>();
        await foreach (var record in journal.ReadAsync(Key, 0, default)) records.Add(record);
        return records;
    }

    private static void Open(string connectionString)
    {
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
    }

    [GeneratedRegex("```sh\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}

using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Trading.Storage.Postgres;

/// <summary>
/// Brings a database to the schema of this version: numbered SQL files, each in a transaction of its own, applied once. Many processes may start at the same time:
/// an advisory lock lets one of them work and the others wait.
/// </summary>
public static class Migrations
{
    // any fixed number that nobody else uses in this database: "TradeMig" in ASCII
    private const long LockNumber = 0x54726164654D6967;
    private const string Prefix = "migrations/";

    // not CREATE TABLE IF NOT EXISTS: that needs the right to create tables even where the table exists, and a silo finds without it that nothing is missing
    private const string CreateHistory = """
        DO $$ BEGIN
            IF to_regclass('schema_migrations') IS NULL THEN
                CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
            END IF;
        END $$
        """;

    /// <summary>Applies what is missing and returns the names of the files applied, in order.</summary>
    /// <exception cref="MigrationException">A file that was applied has changed since, or the database is newer than this version.</exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = await database.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockNumber})", ct).ConfigureAwait(false);
            try
            {
                return await ApplyLockedAsync(connection, ct).ConfigureAwait(false);
            }
            finally
            {
                // a connection that broke has given the lock back already
                if (connection.State == System.Data.ConnectionState.Open) await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockNumber})", CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static async Task<IReadOnlyList<string>> ApplyLockedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await ExecuteAsync(connection, CreateHistory, ct).ConfigureAwait(false);
        var done = await ReadAppliedAsync(connection, ct).ConfigureAwait(false);
        var known = Known();
        if (done.Keys.Except(known.Select(one => one.Number)).Order().ToList() is { Count: > 0 } foreign)
        {
            throw new MigrationException($"the database has migration {foreign[^1]} ({done[foreign[^1]].Name}), which this version does not know: start the version that made it, or a newer one");
        }

        var applied = new List<string>();
        foreach (var (number, name, sql) in known)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (done.TryGetValue(number, out var before))
            {
                if (before.Hash != hash) throw new MigrationException($"migration {name} has changed since it was applied; changes go into a new file");
                continue;
            }

            await ApplyOneAsync(connection, number, name, sql, hash, ct).ConfigureAwait(false);
            applied.Add(name);
        }

        return applied;
    }

    private static async Task ApplyOneAsync(NpgsqlConnection connection, int number, string name, string sql, string hash, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await ExecuteAsync(connection, sql, ct).ConfigureAwait(false);
            var record = new NpgsqlCommand("INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = number }, new() { Value = name }, new() { Value = hash } },
            };
            await using (record.ConfigureAwait(false)) await record.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }
    }

    private static async Task<Dictionary<int, (string Name, string Hash)>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var done = new Dictionary<int, (string, string)>();
        var command = new NpgsqlCommand("SELECT number, name, sha256 FROM schema_migrations", connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) done.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
            }
        }

        return done;
    }

    private static List<(int Number, string Name, string Sql)> Known()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return [.. files.Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture), name[Prefix.Length..], Read(assembly, name)))];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}

/// <summary>The database cannot be brought to this version's schema; the message says why.</summary>
public sealed class MigrationException : Exception
{
    public MigrationException()
    {
    }

    public MigrationException(string message)
        : base(message)
    {
    }

    public MigrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

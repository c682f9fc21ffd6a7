using Npgsql;
using Trading.Storage.Postgres;

namespace Trading.Postgres.Tests.Support;

internal static class Databases
{
    /// <summary>A new database with all tables.</summary>
    public static string New()
    {
        var connection = PostgresServer.Shared.NewDatabase();
        Migrate(connection).GetAwaiter().GetResult();
        return connection;
    }

    public static async Task<IReadOnlyList<string>> Migrate(string connection)
    {
        await using var database = NpgsqlDataSource.Create(connection + ";Pooling=false");
        return await Migrations.ApplyAsync(database, default);
    }

    public static PostgresSessionJournal NewJournal(PostgresJournalOptions? options = null) => new(New(), options);

    /// <summary>The same database, reached through a proxy on another port.</summary>
    public static string Through(this string connection, CuttingProxy proxy) => new NpgsqlConnectionStringBuilder(connection) { Port = proxy.Port }.ConnectionString;
}

using Npgsql;
using Trading.Storage.Postgres;

namespace Trading.Silo.Composition;

/// <summary>The schema of the database, before anything uses it.</summary>
internal static class Database
{
    /// <summary>Longest wait for a database that is still starting, as it is when everything starts at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Applies what is missing of the numbered SQL files. Many processes may do so at the same time.</summary>
    /// <returns>The names of the files applied.</returns>
    /// <exception cref="StartException">The database cannot be reached, or is newer than this version.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "trading migrations", Pooling = false }.ConnectionString);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await Migrations.ApplyAsync(database, cancellationToken);
            }
            catch (MigrationException problem)
            {
                throw new StartException($"the schema of the database does not fit this version: {problem.Message}");
            }
            catch (PostgresException problem) when (problem.SqlState != PostgresErrorCodes.CannotConnectNow)
            {
                throw new StartException($"the database refused the migrations: {problem.MessageText} ({problem.SqlState})");
            }
            catch (NpgsqlException problem) when (TimeProvider.System.GetElapsedTime(began) >= Patience)
            {
                throw new StartException($"the database cannot be reached: {problem.Message.ReplaceLineEndings(" ")}");
            }
            catch (NpgsqlException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}

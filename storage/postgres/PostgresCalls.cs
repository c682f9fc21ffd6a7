using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace Trading.Storage.Postgres;

/// <summary>Calls whose statements may be repeated without harm: passing failures and lost connections are retried a few times, with growing pauses.</summary>
/// <param name="database">Connections.</param>
/// <param name="time">Clock of the pauses.</param>
public sealed class PostgresCalls(NpgsqlDataSource database, TimeProvider? time = null)
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    /// <exception cref="IOException">The database does not answer; whether the statement took effect is not known.</exception>
    internal Task<int> ExecuteAsync(string sql, Action<NpgsqlParameterCollection> parameters, CancellationToken ct) =>
        RunAsync(sql, parameters, command => command.ExecuteNonQueryAsync(ct), ct);

    /// <summary>Runs a query and returns what <paramref name="read"/> makes of each row.</summary>
    /// <exception cref="IOException">The database does not answer.</exception>
    internal Task<List<T>> QueryAsync<T>(string sql, Action<NpgsqlParameterCollection> parameters, Func<NpgsqlDataReader, T> read, CancellationToken ct) => RunAsync(
        sql,
        parameters,
        async command =>
        {
            var rows = new List<T>();
            var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) rows.Add(read(reader));
            }

            return rows;
        },
        ct);

    internal static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value };

    internal static NpgsqlParameter Number(long value) => new NpgsqlParameter<long> { TypedValue = value };

    internal static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    internal static NpgsqlParameter Instant(DateTimeOffset value) => new NpgsqlParameter<DateTime> { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    internal static NpgsqlParameter Date(DateOnly value) => new NpgsqlParameter<DateOnly> { TypedValue = value };

    private async Task<T> RunAsync<T>(string sql, Action<NpgsqlParameterCollection> parameters, Func<NpgsqlCommand, Task<T>> run, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var command = database.CreateCommand(sql);
                await using (command.ConfigureAwait(false))
                {
                    parameters(command.Parameters);
                    return await run(command).ConfigureAwait(false);
                }
            }
            catch (Exception problem) when (PostgresFailures.IsOutage(problem))
            {
                if (attempt == Attempts || PostgresFailures.Of(problem) == PostgresFailure.NotWritten)
                {
                    throw new IOException($"The database does not answer: {PostgresFailures.OneLine(problem)}", problem);
                }
            }

            await Task.Delay(FirstPause * (1 << (attempt - 1)), _time, ct).ConfigureAwait(false);
        }
    }
}

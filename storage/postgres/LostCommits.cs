using Npgsql;
using NpgsqlTypes;
using Trading.Storage.Journal;

namespace Trading.Storage.Postgres;

/// <param name="Backend">Process id of the server's side of the connection that the commit was sent on.</param>
internal sealed record LostCommit(int Backend);

/// <summary>
/// Commits whose answers were lost. The server may still be working on one of them: until its backend is known to be gone, a version read now could
/// be overtaken by it, so nobody is told anything.
/// </summary>
internal sealed class LostCommits(NpgsqlDataSource database, string applicationName, PostgresJournalOptions options)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<LostCommit> _open = [];

    public LostCommit Add(int backend)
    {
        var commit = new LostCommit(backend);
        lock (_gate) _open.Add(commit);
        return commit;
    }

    /// <summary>Returns when no commit is in doubt any more: every backend in question has ended, by itself or because it was told to.</summary>
    /// <exception cref="JournalUnavailableException">The database could not be asked for as long as callers wait.</exception>
    public async ValueTask SettleAsync(CancellationToken ct)
    {
        if (!Any()) return;
        var began = options.TimeProvider.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            Exception? problem = null;
            try
            {
                if (await AreGoneAsync(ct).ConfigureAwait(false)) return;
            }
            catch (Exception outage) when (PostgresFailures.IsOutage(outage))
            {
                problem = outage;
            }

            if (options.TimeProvider.GetElapsedTime(began) >= options.ResolveFor)
            {
                throw new JournalUnavailableException("The outcome of an earlier commit is not known yet; nothing is served before it is.", problem);
            }

            await Task.Delay(pause, options.TimeProvider, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Which of the appends are in the database.</summary>
    public async Task<HashSet<long>> FindAsync(List<AppendRequest> group, CancellationToken ct)
    {
        const string sql = """
            SELECT i.append_id FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS i (order_key, first_version, append_id)
            JOIN journal_sessions s USING (order_key)
            JOIN journal_records r ON r.session_id = s.id AND r.version = i.first_version AND r.append_id = i.append_id
            """;
        var command = database.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. group.Select(request => request.OrderKey)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. group.Select(request => request.ExpectedVersion + 1)] });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. group.Select(request => request.Id)] });
            var found = new HashSet<long>();
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) found.Add(reader.GetInt64(0));
            }

            return found;
        }
    }

    private bool Any()
    {
        lock (_gate) return _open.Count > 0;
    }

    private async Task<bool> AreGoneAsync(CancellationToken ct)
    {
        LostCommit[] open;
        lock (_gate) open = [.. _open];

        // a backend of the same number that is not ours has another application name; one of ours that took the number over may be ended, too: its commit is looked for in the same way
        var command = database.CreateCommand("SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY ($1) AND application_name = $2 AND pid <> pg_backend_pid()");
        var alive = new HashSet<int>();
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. open.Select(commit => commit.Backend)] });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = applicationName });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) alive.Add(reader.GetInt32(0));
            }
        }

        lock (_gate) _open.RemoveAll(commit => Array.IndexOf(open, commit) >= 0 && !alive.Contains(commit.Backend));
        return alive.Count == 0;
    }
}

using System.Runtime.CompilerServices;
using Npgsql;
using Trading.Storage.Files;
using Trading.Storage.Journal;
using Trading.Storage.ReadModels;
using static Trading.Storage.Postgres.Parameters;

namespace Trading.Storage.Postgres;

/// <summary>
/// The journal in PostgreSQL, for many processes: group commit across sessions, the session's version as the fence, and an outcome that was lost is looked for
/// before anything is served. The tables are made by <see cref="Migrations"/>.
/// </summary>
/// <remarks>Thread-safe. Durable means what the server's <c>synchronous_commit</c> means; it must not be <c>off</c>.</remarks>
public sealed class PostgresSessionJournal : ISessionJournal, IAsyncDisposable
{
    private const int SnapshotsKept = 2;

    private readonly NpgsqlDataSource _database;
    private readonly PostgresJournalOptions _options;
    private readonly LostCommits _lost;
    private readonly PostgresJournalWriter _writer;

    /// <param name="connectionString">How to reach the database. Application name and statement timeouts are set here.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentException">The connection string or a setting is wrong.</exception>
    public PostgresSessionJournal(string connectionString, PostgresJournalOptions? options = null)
    {
        _options = options ?? new PostgresJournalOptions();
        _options.Validate();

        // names this journal's connections in pg_stat_activity, so that a lost one can be told from everybody else's
        var name = $"trading journal {Guid.NewGuid():N}";
        // without a name its measurements would be called by the connection string
        _database = new NpgsqlDataSourceBuilder(JournalConnections.Of(connectionString, name, _options).ConnectionString) { Name = "journal" }.Build();
        _lost = new LostCommits(_database, name, _options);
        _writer = new PostgresJournalWriter(_database, _options, _lost);
    }

    public bool KeepsReadModels => _options.ReadModels;

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct) =>
        AppendAsync(key, expectedVersion, payloads, null, ct);

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, SessionChange? change, CancellationToken ct)
    {
        JournalLimits.Validate(key, expectedVersion, payloads);
        return ct.IsCancellationRequested
            ? ValueTask.FromCanceled<AppendResult>(ct)
            : new ValueTask<AppendResult>(_writer.Add(new AppendRequest(key, expectedVersion, payloads, KeepsReadModels ? change : null, ct)));
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        const string sql = """
            SELECT r.version, r.crc, r.payload FROM journal_sessions s JOIN journal_records r ON r.session_id = s.id
            WHERE s.order_key = $1 AND r.version > $2 ORDER BY r.version
            """;
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        var command = await CommandAsync(sql, ct).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(KeyOf(key));
            command.Parameters.Add(Number(afterVersion));
            var reader = await GuardAsync(() => command.ExecuteReaderAsync(ct)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                for (var expected = afterVersion + 1; await GuardAsync(() => reader.ReadAsync(ct)).ConfigureAwait(false); expected++)
                {
                    var (version, payload) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(2));
                    if (version != expected) throw Damaged(key, expected, "the record is missing");
                    if (AppendRequest.ChecksumOf(payload) != reader.GetInt32(1)) throw Damaged(key, version, "the record fails its checksum");
                    yield return new JournalRecord(version, payload);
                }
            }
        }
    }

    public async ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        var command = await CommandAsync("SELECT version FROM journal_sessions WHERE order_key = $1", ct).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(KeyOf(key));
            return await GuardAsync(() => command.ExecuteScalarAsync(ct)).ConfigureAwait(false) is long version ? version : 0;
        }
    }

    public async ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct)
    {
        // the session's row is locked, so that the snapshot of a session that is being deleted cannot stay behind
        const string sql = """
            WITH owner AS (SELECT id, version FROM journal_sessions WHERE order_key = $1 FOR KEY SHARE),
            newest AS (SELECT max(p.version) AS version FROM journal_snapshots p JOIN owner o ON p.session_id = o.id),
            saved AS (
                INSERT INTO journal_snapshots (session_id, version, crc, payload)
                SELECT o.id, $2, $3, $4 FROM owner o, newest n WHERE o.version >= $2 AND coalesce(n.version, 0) <= $2
                ON CONFLICT (session_id, version) DO UPDATE SET crc = excluded.crc, payload = excluded.payload
                RETURNING session_id),
            removed AS (
                DELETE FROM journal_snapshots p USING saved s WHERE p.session_id = s.session_id AND p.version < $2
                AND p.version NOT IN (SELECT q.version FROM journal_snapshots q WHERE q.session_id = s.session_id AND q.version < $2 ORDER BY q.version DESC LIMIT $5))
            SELECT version FROM owner
            """;
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapshot.Length, JournalLimits.MaxSnapshotBytes);
        var command = await CommandAsync(sql, ct).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(KeyOf(key));
            command.Parameters.Add(Number(version));
            command.Parameters.Add(Number(AppendRequest.ChecksumOf(snapshot)));
            command.Parameters.Add(Bytes(snapshot));
            command.Parameters.Add(Number((long)(SnapshotsKept - 1)));
            var current = await GuardAsync(() => command.ExecuteScalarAsync(ct)).ConfigureAwait(false) is long stored ? stored : 0;
            ArgumentOutOfRangeException.ThrowIfGreaterThan(version, current);
        }
    }

    public async ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct)
    {
        const string sql = "SELECT p.version, p.crc, p.payload FROM journal_sessions s JOIN journal_snapshots p ON p.session_id = s.id WHERE s.order_key = $1 ORDER BY p.version DESC";
        key.Validate();
        var command = await CommandAsync(sql, ct).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(KeyOf(key));
            var reader = await GuardAsync(() => command.ExecuteReaderAsync(ct)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await GuardAsync(() => reader.ReadAsync(ct)).ConfigureAwait(false))
                {
                    var (version, payload) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(2));
                    if (unchecked((int)Crc32C.Of(payload)) == reader.GetInt32(1)) return new JournalSnapshot(version, payload);
                    _options.Observer?.Invoke(new PostgresJournalEvent(PostgresJournalEventKind.SnapshotDamaged, $"session {key}, version {version}", 0));
                }
            }
        }

        return null;
    }

    public async ValueTask DeleteAsync(SessionKey key, CancellationToken ct)
    {
        const string sql = """
            WITH gone AS (DELETE FROM journal_sessions WHERE order_key = $1 RETURNING id),
            records AS (DELETE FROM journal_records r USING gone g WHERE r.session_id = g.id),
            snapshots AS (DELETE FROM journal_snapshots p USING gone g WHERE p.session_id = g.id),
            orders AS (DELETE FROM orders o USING gone g WHERE o.run_id = g.id),
            fills AS (DELETE FROM fills f USING gone g WHERE f.run_id = g.id),
            positions AS (DELETE FROM positions p USING gone g WHERE p.run_id = g.id),
            portfolio AS (DELETE FROM portfolio_snapshots p USING gone g WHERE p.run_id = g.id)
            DELETE FROM runs r USING gone g WHERE r.run_id = g.id
            """;
        key.Validate();
        ct.ThrowIfCancellationRequested();
        await _lost.SettleAsync(ct).ConfigureAwait(false);
        var batch = _database.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            // the lock comes first: the second statement then sees everything that appends before it have written
            batch.BatchCommands.Add(Of("SELECT FROM journal_sessions WHERE order_key = $1 FOR UPDATE", KeyOf(key)));
            batch.BatchCommands.Add(Of(sql, KeyOf(key)));
            try
            {
                await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception problem) when (PostgresFailures.IsOutage(problem))
            {
                // deleting again is harmless, so nobody has to look for the outcome
                if (PostgresFailures.Of(problem) == PostgresFailure.Unknown) throw new UncertainAppendException("The answer of the database was lost: the session may or may not have been deleted.", problem);
                throw new JournalUnavailableException($"The database did not delete the session: {PostgresFailures.OneLine(problem)}", problem);
            }
        }
    }

    public async IAsyncEnumerable<SessionKey> ListAsync(string tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        SessionKey.ValidatePart(tenant, nameof(tenant));
        var (from, to) = OrderKeys.RangeOf(tenant);
        foreach (var key in await KeysAsync("SELECT tenant, session FROM journal_sessions WHERE order_key > $1 AND order_key < $2 ORDER BY order_key", [Bytes(from), Bytes(to)], ct).ConfigureAwait(false))
        {
            ct.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public async ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var from = after is { } last ? OrderKeys.Of(last) : [];
        return await KeysAsync("SELECT tenant, session FROM journal_sessions WHERE order_key > $1 ORDER BY order_key LIMIT $2", [Bytes(from), Number((long)most)], ct).ConfigureAwait(false);
    }

    /// <summary>Answers what was accepted, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.CloseAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<List<SessionKey>> KeysAsync(string sql, NpgsqlParameter[] parameters, CancellationToken ct)
    {
        var keys = new List<SessionKey>();
        var command = await CommandAsync(sql, ct).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            var reader = await GuardAsync(() => command.ExecuteReaderAsync(ct)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await GuardAsync(() => reader.ReadAsync(ct)).ConfigureAwait(false)) keys.Add(new SessionKey(reader.GetString(0), reader.GetString(1)));
            }
        }

        return keys;
    }

    /// <summary>A command, once no commit is in doubt any more.</summary>
    private async ValueTask<NpgsqlCommand> CommandAsync(string sql, CancellationToken ct)
    {
        await _lost.SettleAsync(ct).ConfigureAwait(false);
        return _database.CreateCommand(sql);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem))
        {
            throw new JournalUnavailableException($"The database does not answer: {PostgresFailures.OneLine(problem)}", problem);
        }
    }

    private static JournalDamagedException Damaged(SessionKey key, long version, string what) => new("journal_records", version, $"session {key}, version {version}: {what}");

    private static NpgsqlParameter<byte[]> KeyOf(SessionKey key) => Bytes(OrderKeys.Of(key));
}

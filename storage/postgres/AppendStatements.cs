using Npgsql;
using NpgsqlTypes;
using static Trading.Storage.Postgres.Parameters;

namespace Trading.Storage.Postgres;

/// <summary>
/// The statements of a commit: many sessions' appends, each compared with its session's version, in one round trip and one transaction. What they return are
/// the ids of the appends that were written.
/// </summary>
/// <remarks>
/// Comparing and raising a version is one statement, so the row's lock is the fence. It leaves the append's id in the session's row: whatever is written behind
/// it in the same transaction joins with that, and so belongs to an append that has passed. Groups are in the order of their keys, and rows are locked
/// in the order of the arrays, so two commits do not wait for each other; a deadlock that happens all the same is repeated.
/// </remarks>
internal static class AppendStatements
{
    /// <summary>The first record of an append to a session that exists: what a quiet service does most.</summary>
    private const string One = """
        WITH passed AS (
            UPDATE journal_sessions SET version = $2 + $6, last_append = $3 WHERE order_key = $1 AND version = $2 RETURNING id)
        INSERT INTO journal_records (session_id, version, append_id, crc, payload)
        SELECT id, $2 + 1, $3, $4, $5 FROM passed
        RETURNING append_id
        """;

    /// <summary>The first record of each append to sessions that exist.</summary>
    private const string Many = """
        WITH passed AS (
            UPDATE journal_sessions s SET version = i.expected + i.added, last_append = i.append_id
            FROM unnest($1::bytea[], $2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::bytea[]) AS i (order_key, expected, added, append_id, crc, payload)
            WHERE s.order_key = i.order_key AND s.version = i.expected
            RETURNING s.id, i.expected + 1 AS version, i.append_id, i.crc, i.payload)
        INSERT INTO journal_records (session_id, version, append_id, crc, payload)
        SELECT id, version, append_id, crc, payload FROM passed
        RETURNING append_id
        """;

    /// <summary>The sessions that begin.</summary>
    private const string New = """
        INSERT INTO journal_sessions (order_key, tenant, session, version, last_append)
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        ON CONFLICT (order_key) DO NOTHING
        RETURNING last_append
        """;

    /// <summary>All other records of the appends that have passed.</summary>
    private const string More = """
        INSERT INTO journal_records (session_id, version, append_id, crc, payload)
        SELECT s.id, r.version, r.append_id, r.crc, r.payload
        FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::int[], $5::bytea[]) AS r (order_key, version, append_id, crc, payload)
        JOIN journal_sessions s ON s.order_key = r.order_key AND s.last_append = r.append_id
        """;

    private const string Versions = "SELECT i.append_id, s.version FROM unnest($1::bytea[], $2::bigint[]) AS i (order_key, append_id) JOIN journal_sessions s USING (order_key)";

    /// <summary>Adds the statements of a group to a batch, which the server runs as one transaction.</summary>
    /// <param name="batch">Empty.</param>
    /// <param name="group">Appends of different sessions, in the order of their keys.</param>
    public static void AddTo(NpgsqlBatch batch, List<AppendRequest> group)
    {
        var existing = group.FindAll(request => request.ExpectedVersion > 0);
        var added = existing.Count == group.Count ? [] : group.FindAll(request => request.ExpectedVersion == 0);
        if (existing is [var only]) batch.BatchCommands.Add(OneOf(only));
        else if (existing.Count > 1) batch.BatchCommands.Add(ManyOf(existing));
        if (added.Count > 0) batch.BatchCommands.Add(NewOf(added));
        var more = added.Count > 0 || existing.Exists(request => request.Payloads.Count > 1) ? Rest(group) : [];
        if (more.Count > 0) batch.BatchCommands.Add(MoreOf(more));
    }

    /// <summary>The version that each of the appends' sessions has, by the id of the append; nothing for a session that does not exist.</summary>
    public static NpgsqlCommand VersionsOf(NpgsqlConnection connection, List<AppendRequest> group) => new(Versions, connection)
    {
        Parameters = { Column(group, request => request.OrderKey, NpgsqlDbType.Bytea), Column(group, request => request.Id, NpgsqlDbType.Bigint) },
    };

    private static NpgsqlBatchCommand OneOf(AppendRequest append) => Of(
        One,
        Bytes(append.OrderKey),
        Number(append.ExpectedVersion),
        Number(append.Id),
        Number(AppendRequest.ChecksumOf(append.Payloads[0])),
        Bytes(append.Payloads[0]),
        Number((long)append.Payloads.Count));

    private static NpgsqlBatchCommand ManyOf(List<AppendRequest> group) => Of(
        Many,
        Column(group, request => request.OrderKey, NpgsqlDbType.Bytea),
        Column(group, request => request.ExpectedVersion, NpgsqlDbType.Bigint),
        Column(group, request => request.Payloads.Count, NpgsqlDbType.Integer),
        Column(group, request => request.Id, NpgsqlDbType.Bigint),
        Column(group, request => AppendRequest.ChecksumOf(request.Payloads[0]), NpgsqlDbType.Integer),
        Column(group, request => request.Payloads[0], NpgsqlDbType.Bytea));

    private static NpgsqlBatchCommand NewOf(List<AppendRequest> group) => Of(
        New,
        Column(group, request => request.OrderKey, NpgsqlDbType.Bytea),
        Column(group, request => request.Key.Tenant, NpgsqlDbType.Text),
        Column(group, request => request.Key.Session, NpgsqlDbType.Text),
        Column(group, request => (long)request.Payloads.Count, NpgsqlDbType.Bigint),
        Column(group, request => request.Id, NpgsqlDbType.Bigint));

    private static NpgsqlBatchCommand MoreOf(List<(AppendRequest Append, int Record)> records) => Of(
        More,
        Column(records, one => one.Append.OrderKey, NpgsqlDbType.Bytea),
        Column(records, one => one.Append.ExpectedVersion + one.Record + 1, NpgsqlDbType.Bigint),
        Column(records, one => one.Append.Id, NpgsqlDbType.Bigint),
        Column(records, one => AppendRequest.ChecksumOf(one.Append.Payloads[one.Record]), NpgsqlDbType.Integer),
        Column(records, one => one.Append.Payloads[one.Record], NpgsqlDbType.Bytea));

    /// <summary>The records that <see cref="One"/> and <see cref="Many"/> do not write.</summary>
    private static List<(AppendRequest Append, int Record)> Rest(List<AppendRequest> group)
    {
        var rest = new List<(AppendRequest, int)>();
        foreach (var request in group)
        {
            for (var record = request.ExpectedVersion > 0 ? 1 : 0; record < request.Payloads.Count; record++) rest.Add((request, record));
        }

        return rest;
    }
}

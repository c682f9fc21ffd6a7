using Npgsql;
using NpgsqlTypes;

namespace Trading.Storage.Postgres;

/// <summary>The one statement of a commit: many sessions' appends, each compared with its session's version, in one round trip and one transaction.</summary>
internal static class AppendStatement
{
    /// <summary>
    /// Locks the sessions in the order of their keys, so that two commits cannot wait for each other; raises the version of those that have the expected one,
    /// makes those that are new, and inserts the records of both. The update compares the version once more, because it may find a newer row than the lock's snapshot.
    /// </summary>
    private const string Sql = """
        WITH input AS (
            SELECT * FROM unnest($1::int[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::bigint[])
                AS i (no, order_key, tenant, session, expected, added, append_id)),
        locked AS MATERIALIZED (
            SELECT s.id, s.version, i.no, i.expected, i.added FROM journal_sessions s JOIN input i USING (order_key)
            ORDER BY s.order_key FOR UPDATE OF s),
        bumped AS (
            UPDATE journal_sessions s SET version = s.version + l.added FROM locked l
            WHERE s.id = l.id AND s.version = l.expected
            RETURNING s.id, l.no),
        created AS (
            INSERT INTO journal_sessions (order_key, tenant, session, version)
            SELECT i.order_key, i.tenant, i.session, i.added FROM input i
            WHERE i.expected = 0 AND NOT EXISTS (SELECT FROM locked l WHERE l.no = i.no)
            ORDER BY i.order_key
            ON CONFLICT (order_key) DO NOTHING
            RETURNING id, order_key),
        owner AS (
            SELECT id, no FROM bumped UNION ALL SELECT c.id, i.no FROM created c JOIN input i USING (order_key)),
        written AS (
            INSERT INTO journal_records (session_id, version, append_id, crc, payload)
            SELECT o.id, i.expected + r.ordinal, i.append_id, r.crc, r.payload
            FROM unnest($8::int[], $9::int[], $10::int[], $11::bytea[]) AS r (no, ordinal, crc, payload)
            JOIN owner o USING (no) JOIN input i USING (no))
        SELECT i.no, o.no IS NOT NULL, l.version
        FROM input i LEFT JOIN owner o USING (no) LEFT JOIN locked l USING (no)
        """;

    public static NpgsqlCommand Of(NpgsqlConnection connection, List<AppendRequest> group, TimeSpan timeout)
    {
        var records = group.Sum(request => request.Payloads.Count);
        var (owners, ordinals, checksums, payloads) = (new int[records], new int[records], new int[records], new ReadOnlyMemory<byte>[records]);
        var at = 0;
        for (var no = 0; no < group.Count; no++)
        {
            for (var record = 0; record < group[no].Payloads.Count; record++, at++)
            {
                var payload = group[no].Payloads[record];
                (owners[at], ordinals[at], checksums[at], payloads[at]) = (no, record + 1, AppendRequest.ChecksumOf(payload), payload);
            }
        }

        return new NpgsqlCommand(Sql, connection)
        {
            CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds),
            Parameters =
            {
                Array(Enumerable.Range(0, group.Count).ToArray(), NpgsqlDbType.Integer),
                Array(group.Select(request => request.OrderKey).ToArray(), NpgsqlDbType.Bytea),
                Array(group.Select(request => request.Key.Tenant).ToArray(), NpgsqlDbType.Text),
                Array(group.Select(request => request.Key.Session).ToArray(), NpgsqlDbType.Text),
                Array(group.Select(request => request.ExpectedVersion).ToArray(), NpgsqlDbType.Bigint),
                Array(group.Select(request => request.Payloads.Count).ToArray(), NpgsqlDbType.Integer),
                Array(group.Select(request => request.Id).ToArray(), NpgsqlDbType.Bigint),
                Array(owners, NpgsqlDbType.Integer),
                Array(ordinals, NpgsqlDbType.Integer),
                Array(checksums, NpgsqlDbType.Integer),
                Array(payloads, NpgsqlDbType.Bytea),
            },
        };
    }

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType type) => new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}

using Trading.Storage.Journal;
using Trading.Storage.Results;
using static Trading.Storage.Postgres.PostgresCalls;

namespace Trading.Storage.Postgres;

/// <summary>Reports of completed sessions in PostgreSQL.</summary>
/// <param name="calls">The database.</param>
/// <param name="time">Clock of the ages.</param>
/// <param name="keepFor">How long a report is kept; 30 days when null.</param>
/// <remarks>Thread-safe, for many processes.</remarks>
public sealed class PostgresResultStore(PostgresCalls calls, TimeProvider? time = null, TimeSpan? keepFor = null) : IResultStore
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _keepFor = keepFor ?? TimeSpan.FromDays(30);

    private DateTimeOffset Oldest => _time.GetUtcNow() - _keepFor;

    public async ValueTask SaveAsync(SessionKey key, ReadOnlyMemory<byte> report, CancellationToken ct)
    {
        key.Validate();
        await calls.ExecuteAsync(
            """
            INSERT INTO results (order_key, tenant, session, stored_at, report) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (order_key) DO UPDATE SET stored_at = excluded.stored_at, report = excluded.report
            """,
            list =>
            {
                list.Add(Bytes(OrderKeys.Of(key)));
                list.Add(Text(key.Tenant));
                list.Add(Text(key.Session));
                list.Add(Instant(_time.GetUtcNow()));
                list.Add(Bytes(report));
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> LoadAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        var found = await calls.QueryAsync(
            "SELECT report FROM results WHERE order_key = $1 AND stored_at > $2",
            list =>
            {
                list.Add(Bytes(OrderKeys.Of(key)));
                list.Add(Instant(Oldest));
            },
            row => row.GetFieldValue<byte[]>(0),
            ct).ConfigureAwait(false);
        return found.Count == 0 ? null : (ReadOnlyMemory<byte>?)found[0];
    }

    public async ValueTask<IReadOnlyList<StoredResult>> ListAsync(string tenant, CancellationToken ct)
    {
        SessionKey.ValidatePart(tenant, nameof(tenant));
        var (from, to) = OrderKeys.RangeOf(tenant);
        return await calls.QueryAsync(
            "SELECT tenant, session, stored_at FROM results WHERE order_key > $1 AND order_key < $2 AND stored_at > $3 ORDER BY stored_at DESC, order_key",
            list =>
            {
                list.Add(Bytes(from));
                list.Add(Bytes(to));
                list.Add(Instant(Oldest));
            },
            row => new StoredResult(new SessionKey(row.GetString(0), row.GetString(1)), new DateTimeOffset(row.GetDateTime(2))),
            ct).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeAsync(int most, CancellationToken ct) => await calls.ExecuteAsync(
        "DELETE FROM results WHERE order_key IN (SELECT order_key FROM results WHERE stored_at <= $1 ORDER BY stored_at LIMIT $2)",
        list =>
        {
            list.Add(Instant(Oldest));
            list.Add(Number(most));
        },
        ct).ConfigureAwait(false);
}

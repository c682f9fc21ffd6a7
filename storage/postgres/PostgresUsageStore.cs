using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Trading.Storage.Journal;
using Trading.Storage.Usage;
using static Trading.Storage.Postgres.PostgresCalls;

namespace Trading.Storage.Postgres;

/// <summary>Metering in PostgreSQL: per (user, day, session, kind) the largest quantity wins, so that repeating is harmless.</summary>
/// <remarks>Thread-safe, for many processes.</remarks>
public sealed class PostgresUsageStore(PostgresCalls calls) : IUsageStore
{
    public async ValueTask RecordAsync(IReadOnlyList<MeteringRecord> records, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            new SessionKey(record.User, record.Session).Validate();
            if (record.Quantity < 0) throw new ArgumentException($"The quantity of {record.User}, {record.Session} is {record.Quantity}, but must not be negative.", nameof(records));
        }

        if (records.Count == 0) return;

        // one row per key, in key order: two writers cannot wait for each other, and the statement never meets a row twice
        var rows = records.GroupBy(record => (record.User, record.Day, record.Session, record.Kind))
            .Select(group => group.MaxBy(record => record.Quantity))
            .OrderBy(record => record.User, StringComparer.Ordinal).ThenBy(record => record.Day).ThenBy(record => record.Session, StringComparer.Ordinal).ThenBy(record => record.Kind)
            .ToArray();
        await calls.ExecuteAsync(
            """
            INSERT INTO usage_records (user_id, day, session, kind, quantity)
            SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::smallint[], $5::bigint[])
            ON CONFLICT (user_id, day, session, kind) DO UPDATE SET quantity = greatest(usage_records.quantity, excluded.quantity)
            """,
            list =>
            {
                list.Add(Array(rows, record => record.User, NpgsqlDbType.Text));
                list.Add(Array(rows, record => record.Day, NpgsqlDbType.Date));
                list.Add(Array(rows, record => record.Session, NpgsqlDbType.Text));
                list.Add(Array(rows, record => (short)record.Kind, NpgsqlDbType.Smallint));
                list.Add(Array(rows, record => record.Quantity, NpgsqlDbType.Bigint));
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<UsageTotals> TotalsAsync(string user, DateOnly day, CancellationToken ct)
    {
        var sums = await calls.QueryAsync(
            "SELECT kind, sum(quantity)::bigint FROM usage_records WHERE user_id = $1 AND day = $2 GROUP BY kind",
            list =>
            {
                list.Add(Text(user));
                list.Add(Date(day));
            },
            row => (Kind: (MeteringKind)row.GetInt16(0), Sum: row.GetInt64(1)),
            ct).ConfigureAwait(false);
        return new UsageTotals(Of(MeteringKind.Ticks), Of(MeteringKind.Simulation), Of(MeteringKind.Report));

        long Of(MeteringKind kind) => sums.Find(sum => sum.Kind == kind).Sum;
    }

    public async IAsyncEnumerable<MeteringRecord> ReadAsync(string user, DateOnly firstDay, DateOnly lastDay, [EnumeratorCancellation] CancellationToken ct)
    {
        var records = await calls.QueryAsync(
            "SELECT session, day, kind, quantity FROM usage_records WHERE user_id = $1 AND day BETWEEN $2 AND $3",
            list =>
            {
                list.Add(Text(user));
                list.Add(Date(firstDay));
                list.Add(Date(lastDay));
            },
            row => new MeteringRecord(user, row.GetString(0), row.GetFieldValue<DateOnly>(1), (MeteringKind)row.GetInt16(2), row.GetInt64(3)),
            ct).ConfigureAwait(false);
        foreach (var record in records.OrderBy(record => record.Day).ThenBy(record => record.Session, StringComparer.Ordinal).ThenBy(record => record.Kind)) yield return record;
    }

    private static NpgsqlParameter<T[]> Array<T>(MeteringRecord[] rows, Func<MeteringRecord, T> field, NpgsqlDbType type) =>
        new() { TypedValue = System.Array.ConvertAll(rows, row => field(row)), NpgsqlDbType = NpgsqlDbType.Array | type };
}

using Npgsql;
using Trading.Storage.Journal;

namespace Trading.Postgres.Tests.ReadModels;

/// <summary>The read models of one session as the database holds them, in the lines of <c>ReadModelTables</c>.</summary>
internal static class StoredTables
{
    private static readonly string[] Queries =
    [
        $"""
        SELECT 'run', r.tenant, r.session, r.version, r.state, r.ended_by, array_to_string(r.symbols, ','), r.data_provider, r.data_version, trim_scale(r.initial_cash), {Micros("r.created_at")},
            {Micros("r.started_at")}, {Micros("r.ended_at")}, {Micros("r.updated_at")}, {Micros("r.sim_time")}, r.tick, r.ticks, trim_scale(r.cash), trim_scale(r.equity), trim_scale(r.buying_power),
            trim_scale(r.day_pnl), trim_scale(r.realized_pnl), r.open_orders, r.orders, r.fills, r.result_hash
        FROM runs r WHERE r.tenant = $1 AND r.session = $2
        """,
        $"""
        SELECT 'order', o.order_id, o.place, o.order_number, o.symbol, o.side, o.type, o.time_in_force, trim_scale(o.quantity), trim_scale(o.notional), trim_scale(o.price),
            trim_scale(o.stop_price), trim_scale(o.trail_amount), trim_scale(o.trail_rate), o.extended_hours, o.oco_group, o.parent_order_id, o.parent_strategy, o.state, o.reason,
            trim_scale(o.remaining), {Micros("o.arrived_at")}, {Micros("o.changed_at")}, o.changed_tick
        FROM orders o JOIN runs r USING (run_id) WHERE r.tenant = $1 AND r.session = $2 ORDER BY o.order_id
        """,
        $"""
        SELECT 'fill', f.execution, f.order_id, f.symbol, f.side, trim_scale(f.quantity), trim_scale(f.price), trim_scale(f.reference_price), trim_scale(f.commission), trim_scale(f.fees),
            trim_scale(f.remaining), f.reason, {Micros("f.sim_time")}, f.tick
        FROM fills f JOIN runs r USING (run_id) WHERE r.tenant = $1 AND r.session = $2 ORDER BY f.execution
        """,
        """
        SELECT 'position', p.symbol, trim_scale(p.quantity), trim_scale(p.cost), trim_scale(p.mark)
        FROM positions p JOIN runs r USING (run_id) WHERE r.tenant = $1 AND r.session = $2 ORDER BY p.symbol
        """,
        $"""
        SELECT 'point', s.point, s.tick, {Micros("s.sim_time")}, trim_scale(s.cash), trim_scale(s.equity), trim_scale(s.buying_power), trim_scale(s.day_pnl), trim_scale(s.realized_pnl), s.open_orders
        FROM portfolio_snapshots s JOIN runs r USING (run_id) WHERE r.tenant = $1 AND r.session = $2 ORDER BY s.point
        """,
    ];

    public static async Task<List<string>> LinesAsync(string database, SessionKey key)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        var lines = new List<string>();
        foreach (var query in Queries) lines.AddRange((await RowsAsync(connection, query, key.Tenant, key.Session)).Select(row => string.Join('|', row)));
        return lines;
    }

    /// <summary>Every row of a query, each value as its text; null is empty.</summary>
    public static async Task<List<string[]>> RowsAsync(NpgsqlConnection connection, string sql, params string[] parameters)
    {
        // as text, because no type of .NET holds these numbers
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "" : reader.GetString(column))]);
        }

        return rows;
    }

    private static string Micros(string column) => $"(extract(epoch FROM {column}) * 1000000)::bigint";
}

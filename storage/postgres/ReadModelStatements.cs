using Npgsql;
using NpgsqlTypes;
using Trading.Storage.ReadModels;
using static Trading.Storage.Postgres.Parameters;
using static Trading.Storage.Postgres.ReadModelColumns;

namespace Trading.Storage.Postgres;

/// <summary>
/// The statements that follow the appends of a commit and write what these change of the read models, in the same transaction. Each joins its rows with the
/// session's row, where the fence has left the id of the append that passed: the rows of one that lost are not written. None of them returns anything.
/// </summary>
internal static class ReadModelStatements
{
    /// <summary>Joins rows <c>i</c> that begin with a session's key and an append's id.</summary>
    private const string Passed = "JOIN journal_sessions s ON s.order_key = i.order_key AND s.last_append = i.append_id";

    private const string RunsAndPortfolio = $"""
        WITH now AS (
            SELECT s.id, s.tenant, s.session, s.version, i.state, i.ended_by, string_to_array(i.symbols, chr(31)) AS symbols, i.data_provider, i.data_version,
                i.initial_cash * {MoneyUnit} AS initial_cash, i.created_at, i.started_at, i.ended_at, i.updated_at, i.sim_time, i.tick, i.ticks, i.point,
                i.cash * {MoneyUnit} AS cash, i.equity * {MoneyUnit} AS equity, i.buying_power * {MoneyUnit} AS buying_power,
                i.day_pnl * {MoneyUnit} AS day_pnl, i.realized_pnl * {MoneyUnit} AS realized_pnl, i.open_orders, i.orders, i.fills, i.result_hash
            FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[],
                $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::int[], $15::int[], $16::int[],
                $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[], $21::numeric[], $22::int[], $23::int[], $24::int[], $25::text[])
                AS i (order_key, append_id, state, ended_by, symbols, data_provider, data_version, initial_cash,
                    created_at, started_at, ended_at, updated_at, sim_time, tick, ticks, point,
                    cash, equity, buying_power, day_pnl, realized_pnl, open_orders, orders, fills, result_hash) {Passed}),
        portfolio AS (
            INSERT INTO portfolio_snapshots (run_id, point, tick, sim_time, cash, equity, buying_power, day_pnl, realized_pnl, open_orders)
            SELECT id, point, tick, sim_time, cash, equity, buying_power, day_pnl, realized_pnl, open_orders FROM now WHERE cash IS NOT NULL
            ON CONFLICT (run_id, point) DO UPDATE SET tick = excluded.tick, sim_time = excluded.sim_time, cash = excluded.cash, equity = excluded.equity,
                buying_power = excluded.buying_power, day_pnl = excluded.day_pnl, realized_pnl = excluded.realized_pnl, open_orders = excluded.open_orders)
        INSERT INTO runs (run_id, tenant, session, version, state, ended_by, symbols, data_provider, data_version, initial_cash, created_at, started_at, ended_at, updated_at,
            sim_time, tick, ticks, cash, equity, buying_power, day_pnl, realized_pnl, open_orders, orders, fills, result_hash)
        SELECT id, tenant, session, version, state, ended_by, symbols, data_provider, data_version, initial_cash, created_at, started_at, ended_at, updated_at,
            sim_time, tick, ticks, cash, equity, buying_power, day_pnl, realized_pnl, open_orders, orders, fills, result_hash FROM now
        ON CONFLICT (run_id) DO UPDATE SET version = excluded.version, state = excluded.state, ended_by = excluded.ended_by, started_at = excluded.started_at,
            ended_at = excluded.ended_at, updated_at = excluded.updated_at, sim_time = excluded.sim_time, tick = excluded.tick, ticks = excluded.ticks,
            cash = coalesce(excluded.cash, runs.cash), equity = coalesce(excluded.equity, runs.equity), buying_power = coalesce(excluded.buying_power, runs.buying_power),
            day_pnl = coalesce(excluded.day_pnl, runs.day_pnl), realized_pnl = coalesce(excluded.realized_pnl, runs.realized_pnl),
            open_orders = coalesce(excluded.open_orders, runs.open_orders), orders = excluded.orders, fills = excluded.fills, result_hash = excluded.result_hash
        """;

    private const string Orders = $"""
        INSERT INTO orders (run_id, order_id, place, order_number, symbol, side, type, time_in_force, quantity, notional, price, stop_price, trail_amount, trail_rate,
            extended_hours, oco_group, parent_order_id, parent_strategy, state, reason, remaining, arrived_at, changed_at, changed_tick)
        SELECT s.id, i.order_id, i.place, i.order_number, i.symbol, i.side, i.type, i.time_in_force, i.quantity * {PriceUnit}, i.notional * {MoneyUnit}, i.price * {PriceUnit},
            i.stop_price * {PriceUnit}, i.trail_amount * {PriceUnit}, i.trail_rate * {RateUnit}, i.extended_hours, i.oco_group, i.parent_order_id, i.parent_strategy,
            i.state, i.reason, i.remaining * {PriceUnit}, i.arrived_at, i.changed_at, i.changed_tick
        FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::numeric[],
            $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::boolean[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[],
            $23::timestamptz[], $24::timestamptz[], $25::int[])
            AS i (order_key, append_id, order_id, place, order_number, symbol, side, type, time_in_force, quantity, notional,
                price, stop_price, trail_amount, trail_rate, extended_hours, oco_group, parent_order_id, parent_strategy, state, reason, remaining,
                arrived_at, changed_at, changed_tick) {Passed}
        ON CONFLICT (run_id, order_id) DO UPDATE SET order_number = excluded.order_number, state = excluded.state, reason = excluded.reason, remaining = excluded.remaining,
            arrived_at = excluded.arrived_at, changed_at = excluded.changed_at, changed_tick = excluded.changed_tick
        """;

    private const string Fills = $"""
        INSERT INTO fills (run_id, execution, order_id, symbol, side, quantity, price, reference_price, commission, fees, remaining, reason, sim_time, tick)
        SELECT s.id, i.execution, i.order_id, i.symbol, i.side, i.quantity * {PriceUnit}, i.price * {PriceUnit}, i.reference_price * {PriceUnit},
            i.commission * {MoneyUnit}, i.fees * {MoneyUnit}, i.remaining * {PriceUnit}, i.reason, i.sim_time, i.tick
        FROM unnest($1::bytea[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
            $10::numeric[], $11::numeric[], $12::bigint[], $13::text[], $14::timestamptz[], $15::int[])
            AS i (order_key, append_id, execution, order_id, symbol, side, quantity, price, reference_price, commission, fees, remaining, reason, sim_time, tick) {Passed}
        ON CONFLICT (run_id, execution) DO UPDATE SET order_id = excluded.order_id, symbol = excluded.symbol, side = excluded.side, quantity = excluded.quantity,
            price = excluded.price, reference_price = excluded.reference_price, commission = excluded.commission, fees = excluded.fees, remaining = excluded.remaining,
            reason = excluded.reason, sim_time = excluded.sim_time, tick = excluded.tick
        """;

    private const string Positions = $"""
        INSERT INTO positions (run_id, symbol, quantity, cost, mark)
        SELECT s.id, i.symbol, i.quantity * {PriceUnit}, i.cost * {MoneyUnit}, i.mark * {PriceUnit}
        FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[]) AS i (order_key, append_id, symbol, quantity, cost, mark) {Passed}
        ON CONFLICT (run_id, symbol) DO UPDATE SET quantity = excluded.quantity, cost = excluded.cost, mark = excluded.mark
        """;

    private const string Closed = $"""
        DELETE FROM positions p USING unnest($1::bytea[], $2::bigint[], $3::text[]) AS i (order_key, append_id, held) {Passed}
        WHERE p.run_id = s.id AND NOT p.symbol = ANY (string_to_array(i.held, chr(31)))
        """;

    private const string Beyond = $"""
        WITH now AS (
            SELECT s.id, i.fills, i.point FROM unnest($1::bytea[], $2::bigint[], $3::int[], $4::int[]) AS i (order_key, append_id, fills, point) {Passed}),
        fills AS (
            DELETE FROM fills f USING now WHERE f.run_id = now.id AND f.execution > now.fills)
        DELETE FROM portfolio_snapshots p USING now WHERE p.run_id = now.id AND p.point > now.point
        """;

    private const string MoneyUnit = "0.0000000000000001", RateUnit = "0.000000000001", PriceUnit = "0.00000001";
    private const char Separator = '\u001f';

    /// <summary>Adds the statements of those appends of a group that change the read models; nothing when there is none.</summary>
    public static void AddTo(NpgsqlBatch batch, List<AppendRequest> group)
    {
        var changes = group.FindAll(request => request.Change is not null).ConvertAll(request => (Append: request, Row: request.Change!));
        if (changes.Count == 0) return;
        if (changes.FindAll(change => change.Row.Rewind) is { Count: > 0 } rewound) batch.BatchCommands.Add(BeyondOf(rewound));
        batch.BatchCommands.Add(RunsOf(changes));
        if (Rows(changes, change => change.Orders) is { Count: > 0 } orders) batch.BatchCommands.Add(OrdersOf(orders));
        if (Rows(changes, change => change.Fills) is { Count: > 0 } fills) batch.BatchCommands.Add(FillsOf(fills));
        if (changes.FindAll(change => change.Row.Account is { HasClosed: true }) is { Count: > 0 } closed) batch.BatchCommands.Add(ClosedOf(closed));
        if (Rows(changes, change => change.Account?.Positions ?? []) is { Count: > 0 } positions) batch.BatchCommands.Add(PositionsOf(positions));
    }

    private static NpgsqlBatchCommand RunsOf(List<(AppendRequest Append, SessionChange Row)> rows) => Of(
        RunsAndPortfolio,
        Key(rows),
        Id(rows),
        Text(rows, row => RowNames.Of(row.Run.State)),
        Text(rows, row => row.Run.EndedBy is { } end ? RowNames.Of(end) : null),
        Text(rows, row => string.Join(Separator, row.Run.Symbols)),
        Text(rows, row => row.Run.DataProvider),
        Text(rows, row => row.Run.DataVersion),
        Money(rows, row => row.Run.InitialCash),
        Instant(rows, row => row.Run.CreatedAt),
        Instant(rows, row => row.Run.StartedAt),
        Instant(rows, row => row.Run.EndedAt),
        Instant(rows, row => row.Run.UpdatedAt),
        Micros(rows, row => row.Run.SimTime),
        Field(rows, row => row.Run.Tick, NpgsqlDbType.Integer),
        Field(rows, row => row.Run.Ticks, NpgsqlDbType.Integer),
        Field(rows, row => row.Run.Point, NpgsqlDbType.Integer),
        Money(rows, row => row.Account?.Cash),
        Money(rows, row => row.Account?.Equity),
        Money(rows, row => row.Account?.BuyingPower),
        Money(rows, row => row.Account?.DayPnl),
        Money(rows, row => row.Account?.RealizedPnl),
        Field(rows, row => row.Account?.OpenOrders, NpgsqlDbType.Integer),
        Field(rows, row => row.Run.Orders, NpgsqlDbType.Integer),
        Field(rows, row => row.Run.Fills, NpgsqlDbType.Integer),
        Text(rows, row => row.Run.ResultHash));

    private static NpgsqlBatchCommand OrdersOf(List<(AppendRequest Append, OrderRow Row)> rows) => Of(
        Orders,
        Key(rows),
        Id(rows),
        Text(rows, row => row.OrderId),
        Field(rows, row => row.Place, NpgsqlDbType.Integer),
        Field(rows, row => row.OrderNumber, NpgsqlDbType.Integer),
        Text(rows, row => row.Symbol),
        Text(rows, row => RowNames.Of(row.Side)),
        Text(rows, row => RowNames.Of(row.Type)),
        Text(rows, row => RowNames.Of(row.TimeInForce)),
        Field(rows, row => row.Quantity, NpgsqlDbType.Bigint),
        Money(rows, row => row.Notional),
        Field(rows, row => row.Price, NpgsqlDbType.Bigint),
        Field(rows, row => row.StopPrice, NpgsqlDbType.Bigint),
        Field(rows, row => row.TrailAmount, NpgsqlDbType.Bigint),
        Field(rows, row => row.TrailRate, NpgsqlDbType.Bigint),
        Field(rows, row => row.ExtendedHours, NpgsqlDbType.Boolean),
        Text(rows, row => row.OcoGroup),
        Text(rows, row => row.ParentOrderId),
        Text(rows, row => row.ParentStrategy),
        Text(rows, row => RowNames.Of(row.State)),
        Text(rows, row => row.Reason),
        Field(rows, row => row.Remaining, NpgsqlDbType.Bigint),
        Micros(rows, row => row.ArrivedAt),
        Micros(rows, row => row.ChangedAt),
        Field(rows, row => row.ChangedTick, NpgsqlDbType.Integer));

    private static NpgsqlBatchCommand FillsOf(List<(AppendRequest Append, FillRow Row)> rows) => Of(
        Fills,
        Key(rows),
        Id(rows),
        Field(rows, row => row.Execution, NpgsqlDbType.Integer),
        Text(rows, row => row.OrderId),
        Text(rows, row => row.Symbol),
        Text(rows, row => RowNames.Of(row.Side)),
        Field(rows, row => row.Quantity, NpgsqlDbType.Bigint),
        Field(rows, row => row.Price, NpgsqlDbType.Bigint),
        Field(rows, row => row.ReferencePrice, NpgsqlDbType.Bigint),
        Money(rows, row => row.Commission),
        Money(rows, row => row.Fees),
        Field(rows, row => row.Remaining, NpgsqlDbType.Bigint),
        Text(rows, row => RowNames.Of(row.Reason)),
        Micros(rows, row => row.SimTime),
        Field(rows, row => row.Tick, NpgsqlDbType.Integer));

    private static NpgsqlBatchCommand PositionsOf(List<(AppendRequest Append, PositionRow Row)> rows) => Of(
        Positions,
        Key(rows),
        Id(rows),
        Text(rows, row => row.Symbol),
        Field(rows, row => row.Quantity, NpgsqlDbType.Bigint),
        Money(rows, row => row.Cost),
        Field(rows, row => row.Mark, NpgsqlDbType.Bigint));

    private static NpgsqlBatchCommand ClosedOf(List<(AppendRequest Append, SessionChange Row)> rows) => Of(
        Closed,
        Key(rows),
        Id(rows),
        Text(rows, row => string.Join(Separator, row.Account!.Positions.Select(position => position.Symbol))));

    private static NpgsqlBatchCommand BeyondOf(List<(AppendRequest Append, SessionChange Row)> rows) => Of(
        Beyond,
        Key(rows),
        Id(rows),
        Field(rows, row => row.Run.Fills, NpgsqlDbType.Integer),
        Field(rows, row => row.Run.Point, NpgsqlDbType.Integer));

    /// <summary>The rows of one table, with the appends that they belong to.</summary>
    private static List<(AppendRequest Append, TRow Row)> Rows<TRow>(List<(AppendRequest Append, SessionChange Row)> changes, Func<SessionChange, IReadOnlyList<TRow>> of)
    {
        var rows = new List<(AppendRequest, TRow)>();
        foreach (var (append, change) in changes)
        {
            foreach (var row in of(change)) rows.Add((append, row));
        }

        return rows;
    }
}

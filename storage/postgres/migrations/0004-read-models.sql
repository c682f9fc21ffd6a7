-- What dashboards and operators read: written in the transaction of the journal append, as of the journal's version in runs.version.

-- The append that gave the session its version: the statements behind the fence in the same transaction ask it whether they may write.
ALTER TABLE journal_sessions ADD COLUMN last_append bigint;

-- One row a run: an incarnation of a session, as in journal_sessions. Money and prices are exact; instants are UTC.
CREATE TABLE runs (
    run_id        bigint      PRIMARY KEY,
    tenant        text        NOT NULL COLLATE "C",
    session       text        NOT NULL COLLATE "C",
    version       bigint      NOT NULL,
    -- ready, running, paused, completed or error
    state         text        NOT NULL,
    -- null, completed, failed, max_duration, discarded or expired
    ended_by      text,
    symbols       text[]      NOT NULL,
    data_provider text        NOT NULL,
    data_version  text        NOT NULL,
    initial_cash  numeric     NOT NULL,
    -- real time
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    ended_at      timestamptz,
    updated_at    timestamptz NOT NULL,
    -- simulated time, and completed ticks of all ticks
    sim_time      timestamptz NOT NULL,
    tick          integer     NOT NULL,
    ticks         integer     NOT NULL,
    -- null where the state is not kept (an expired run)
    cash          numeric,
    equity        numeric,
    buying_power  numeric,
    day_pnl       numeric,
    realized_pnl  numeric,
    open_orders   integer,
    orders        integer     NOT NULL,
    fills         integer     NOT NULL,
    result_hash   text
) WITH (fillfactor = 70);

CREATE INDEX runs_of_tenant ON runs (tenant, created_at DESC);
CREATE INDEX runs_by_name ON runs (tenant, session);

CREATE TABLE orders (
    run_id           bigint      NOT NULL,
    order_id         text        NOT NULL COLLATE "C",
    -- in order of arrival, from 1
    place            integer     NOT NULL,
    -- the engine's; 0 when the order was refused before it
    order_number     integer     NOT NULL,
    symbol           text        NOT NULL,
    -- null where an order that was refused for its form had none
    side             text,
    type             text,
    time_in_force    text,
    quantity         numeric,
    notional         numeric,
    price            numeric,
    stop_price       numeric,
    trail_amount     numeric,
    trail_rate       numeric,
    extended_hours   boolean     NOT NULL,
    oco_group        text,
    parent_order_id  text,
    parent_strategy  text,
    state            text        NOT NULL,
    -- of the last change of state
    reason           text,
    remaining        numeric     NOT NULL,
    -- simulated time and tick of the first and of the last change of state
    arrived_at       timestamptz,
    changed_at       timestamptz,
    changed_tick     integer     NOT NULL,
    PRIMARY KEY (run_id, order_id)
) WITH (fillfactor = 80);

CREATE TABLE fills (
    run_id          bigint      NOT NULL,
    -- from 1, in order of execution
    execution       integer     NOT NULL,
    order_id        text        NOT NULL COLLATE "C",
    symbol          text        NOT NULL,
    side            text        NOT NULL,
    quantity        numeric     NOT NULL,
    price           numeric     NOT NULL,
    -- before spread and slippage
    reference_price numeric     NOT NULL,
    commission      numeric     NOT NULL,
    fees            numeric     NOT NULL,
    remaining       numeric     NOT NULL,
    -- what made it happen
    reason          text,
    sim_time        timestamptz NOT NULL,
    tick            integer     NOT NULL,
    PRIMARY KEY (run_id, execution)
);

-- Open positions.
CREATE TABLE positions (
    run_id   bigint  NOT NULL,
    symbol   text    NOT NULL COLLATE "C",
    -- negative when short
    quantity numeric NOT NULL,
    -- sum of lot price times quantity, without commission: average price = cost / quantity
    cost     numeric NOT NULL,
    mark     numeric NOT NULL,
    PRIMARY KEY (run_id, symbol)
) WITH (fillfactor = 70);

-- The run is cut into at most a thousand pieces of equal length; each has the account as of the last append in it.
CREATE TABLE portfolio_snapshots (
    run_id       bigint      NOT NULL,
    point        integer     NOT NULL,
    tick         integer     NOT NULL,
    sim_time     timestamptz NOT NULL,
    cash         numeric     NOT NULL,
    equity       numeric     NOT NULL,
    buying_power numeric     NOT NULL,
    day_pnl      numeric     NOT NULL,
    realized_pnl numeric     NOT NULL,
    open_orders  integer     NOT NULL,
    PRIMARY KEY (run_id, point)
) WITH (fillfactor = 70);

CREATE VIEW usage AS
    SELECT user_id, day, session, CASE kind WHEN 0 THEN 'ticks' WHEN 1 THEN 'simulations' WHEN 2 THEN 'reports' END AS kind, quantity FROM usage_records;

-- What a gateway may read, run by trading_owner after every migration (idempotent):
--   psql -v ON_ERROR_STOP=1 -d trading -U trading_owner -f deploy/postgres/grants.sql
-- A gateway is an Orleans client: it looks up where silos are. It sees no session, no account and no order in the database.
GRANT SELECT ON orleansquery, cluster_silos TO trading_gateway;

-- silos look at what was applied, and never change it
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM trading_silo;

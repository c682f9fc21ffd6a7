-- The database and its three users, made or changed; run by an administrator of the server before the first migration, and again to change passwords:
--   OWNER_PASSWORD_FILE=… SILO_PASSWORD_FILE=… GATEWAY_PASSWORD_FILE=… psql -v ON_ERROR_STOP=1 -d postgres -f deploy/postgres/roles.sql
-- trading_owner    owns the tables: migrations and backups
-- trading_silo     reads and writes rows: silos and the account commands
-- trading_gateway  reads where the silos are, and nothing else (grants.sql)
\set owner_password `cat "$OWNER_PASSWORD_FILE"`
\set silo_password `cat "$SILO_PASSWORD_FILE"`
\set gateway_password `cat "$GATEWAY_PASSWORD_FILE"`

SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES ('trading_owner'), ('trading_silo'), ('trading_gateway')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- A statement with a password must not reach the server's log. Where the administrator is no superuser the server may refuse this.
\set ON_ERROR_STOP off
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\set ON_ERROR_STOP on
ALTER ROLE trading_owner PASSWORD :'owner_password';
ALTER ROLE trading_silo PASSWORD :'silo_password';
ALTER ROLE trading_gateway PASSWORD :'gateway_password';

-- such an administrator needs to be a member for what follows
SELECT format('GRANT trading_owner TO %I', current_user) WHERE NOT pg_has_role(current_user, 'trading_owner', 'MEMBER') \gexec

SELECT 'CREATE DATABASE trading OWNER trading_owner ENCODING ''UTF8'' TEMPLATE template0' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'trading') \gexec
REVOKE ALL ON DATABASE trading FROM PUBLIC;
GRANT CONNECT ON DATABASE trading TO trading_silo, trading_gateway;

\connect trading
ALTER DEFAULT PRIVILEGES FOR ROLE trading_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO trading_silo;
ALTER DEFAULT PRIVILEGES FOR ROLE trading_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO trading_silo;

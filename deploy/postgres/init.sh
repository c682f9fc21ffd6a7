#!/bin/sh
# Run once by the PostgreSQL image on an empty data folder: makes the database and its users from the secrets.
set -eu
export OWNER_PASSWORD_FILE=/run/secrets/owner_password SILO_PASSWORD_FILE=/run/secrets/silo_password GATEWAY_PASSWORD_FILE=/run/secrets/gateway_password
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -f /scripts/roles.sql

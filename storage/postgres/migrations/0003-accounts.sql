-- Accounts as documents, one row each, under one revision that every change raises; tenants and keys as tables to look at. No key is stored, only salted hashes.

CREATE TABLE account_store (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision    bigint NOT NULL,
    plan_limits jsonb  NOT NULL
);

INSERT INTO account_store (revision, plan_limits) VALUES (0, '{}');

CREATE TABLE accounts (
    user_id  text   PRIMARY KEY,
    revision bigint NOT NULL,
    document jsonb  NOT NULL
);

CREATE VIEW tenants AS
    SELECT user_id, document ->> 'name' AS name, document ->> 'plan' AS plan, document ->> 'tier' AS tier, (document ->> 'pay_per_use')::boolean AS pay_per_use,
        document -> 'limits' AS limit_overrides, revision, (document ->> 'created_at')::timestamptz AS created_at
    FROM accounts;

CREATE VIEW api_keys AS
    SELECT k ->> 'key_id' AS key_id, a.user_id, k ->> 'state' AS state, (k ->> 'created_at')::timestamptz AS created_at, (k ->> 'state_changed_at')::timestamptz AS state_changed_at
    FROM accounts a, jsonb_array_elements(a.document -> 'keys') k;

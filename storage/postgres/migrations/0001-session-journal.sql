-- The durable inputs of every session. A row of journal_sessions is one incarnation of a session; its version is the fence that appends compare with.

CREATE TABLE journal_sessions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- UTF-16BE of the tenant, two zero bytes, UTF-16BE of the session: unique, and sorts like .NET's ordinal comparison of (tenant, session)
    order_key  bytea  NOT NULL UNIQUE,
    tenant     text   NOT NULL,
    session    text   NOT NULL,
    version    bigint NOT NULL CHECK (version > 0)
) WITH (fillfactor = 70);

-- No foreign keys: rows are written and removed in the same statement as their session's row, and ids are never used again.
CREATE TABLE journal_records (
    session_id bigint  NOT NULL,
    version    bigint  NOT NULL CHECK (version > 0),
    -- random per append: after a lost answer it tells the own append from a competitor's
    append_id  bigint  NOT NULL,
    crc        integer NOT NULL,
    payload    bytea   NOT NULL,
    PRIMARY KEY (session_id, version)
);

-- small documents: compressing each by itself gains nothing
ALTER TABLE journal_records ALTER COLUMN payload SET STORAGE EXTERNAL;

CREATE TABLE journal_snapshots (
    session_id bigint  NOT NULL,
    version    bigint  NOT NULL CHECK (version > 0),
    crc        integer NOT NULL,
    payload    bytea   NOT NULL,
    PRIMARY KEY (session_id, version)
);

ALTER TABLE journal_snapshots ALTER COLUMN payload SET STORAGE EXTERNAL;

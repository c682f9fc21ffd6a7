-- Small documents, each replaced as a whole (grain states), reports of completed sessions, and metering.

CREATE TABLE documents (
    key     text COLLATE "C" PRIMARY KEY,
    tag     bigint NOT NULL,
    content bytea  NOT NULL
);

-- tags are never used again, not even for a document that was deleted and made anew
CREATE SEQUENCE document_tags;

CREATE TABLE results (
    order_key bytea       PRIMARY KEY,
    tenant    text        NOT NULL,
    session   text        NOT NULL,
    stored_at timestamptz NOT NULL,
    report    bytea       NOT NULL
);

CREATE INDEX results_by_age ON results (stored_at);

CREATE TABLE usage_records (
    user_id  text     NOT NULL COLLATE "C",
    day      date     NOT NULL,
    session  text     NOT NULL,
    kind     smallint NOT NULL,
    quantity bigint   NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (user_id, day, session, kind)
);

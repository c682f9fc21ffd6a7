-- Membership, reminders and grain storage of the actor runtime's ADO.NET providers (Microsoft Orleans 10). The providers take their statements from the table
-- orleansquery by key; names of parameters and of result columns are theirs, tables and statements are ours. A statement that changes something must do all of it or
-- nothing and say which: every one of them is a single statement.

CREATE TABLE orleansquery (
    querykey  text PRIMARY KEY,
    querytext text NOT NULL
);

-- one row a cluster: every change of its membership raises the version, which is what two silos that change it at the same time compare
CREATE TABLE cluster_versions (
    cluster_id text        PRIMARY KEY,
    version    integer     NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cluster_silos (
    cluster_id    text        NOT NULL REFERENCES cluster_versions,
    address       text        NOT NULL,
    port          integer     NOT NULL,
    generation    integer     NOT NULL,
    silo_name     text        NOT NULL,
    host_name     text        NOT NULL,
    -- 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead
    status        integer     NOT NULL,
    gateway_port  integer,
    suspect_times text,
    started_at    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation)
);

CREATE TABLE cluster_reminders (
    service_id text        NOT NULL,
    grain_id   text        NOT NULL,
    name       text        NOT NULL,
    start_at   timestamptz NOT NULL,
    -- milliseconds
    period     bigint      NOT NULL,
    grain_hash integer     NOT NULL,
    version    integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (service_id, grain_id, name)
);

CREATE INDEX cluster_reminders_by_hash ON cluster_reminders (service_id, grain_hash);

CREATE TABLE cluster_grain_states (
    service_id  text        NOT NULL,
    grain_type  text        NOT NULL,
    type_hash   integer     NOT NULL,
    id_hash     integer     NOT NULL,
    id_high     bigint      NOT NULL,
    id_low      bigint      NOT NULL,
    extension   text,
    payload     bytea,
    version     integer     NOT NULL,
    modified_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX cluster_grain_states_key ON cluster_grain_states (service_id, grain_type, id_high, id_low, coalesce(extension, ''));

INSERT INTO orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', $$
    WITH made AS (INSERT INTO cluster_versions (cluster_id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM made
$$),
('InsertMembershipKey', $$
    WITH raised AS (
        UPDATE cluster_versions SET version = version + 1, changed_at = now()
        WHERE cluster_id = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT FROM cluster_silos WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster_id),
    added AS (
        INSERT INTO cluster_silos (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
        SELECT cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
        RETURNING 1)
    SELECT count(*)::integer FROM added
$$),
('UpdateMembershipKey', $$
    WITH raised AS (
        UPDATE cluster_versions SET version = version + 1, changed_at = now()
        WHERE cluster_id = @DeploymentId AND version = @Version AND EXISTS (
            SELECT FROM cluster_silos WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster_id),
    changed AS (
        UPDATE cluster_silos s SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime
        FROM raised r WHERE s.cluster_id = r.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$$),
('UpdateIAmAlivetimeKey', $$
    UPDATE cluster_silos SET alive_at = @IAmAliveTime
    WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
('MembershipReadRowKey', $$
    SELECT v.cluster_id AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation, s.silo_name AS SiloName, s.host_name AS HostName,
        s.status AS Status, s.gateway_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, v.version AS Version
    FROM cluster_versions v LEFT JOIN cluster_silos s
        ON s.cluster_id = v.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE v.cluster_id = @DeploymentId
$$),
('MembershipReadAllKey', $$
    SELECT v.cluster_id AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation, s.silo_name AS SiloName, s.host_name AS HostName,
        s.status AS Status, s.gateway_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, v.version AS Version
    FROM cluster_versions v LEFT JOIN cluster_silos s USING (cluster_id)
    WHERE v.cluster_id = @DeploymentId
$$),
('GatewaysQueryKey', $$
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
    FROM cluster_silos WHERE cluster_id = @DeploymentId AND status = @Status AND gateway_port > 0
$$),
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM cluster_silos WHERE cluster_id = @DeploymentId AND status <> 3 AND alive_at < @IAmAliveTime
$$),
('DeleteMembershipTableEntriesKey', $$
    WITH silos AS (DELETE FROM cluster_silos WHERE cluster_id = @DeploymentId)
    DELETE FROM cluster_versions WHERE cluster_id = @DeploymentId
$$),
('UpsertReminderRowKey', $$
    INSERT INTO cluster_reminders AS r (service_id, grain_id, name, start_at, period, grain_hash)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
    ON CONFLICT (service_id, grain_id, name) DO UPDATE
        SET start_at = excluded.start_at, period = excluded.period, grain_hash = excluded.grain_hash, version = r.version + 1
    RETURNING version AS Version
$$),
('ReadReminderRowsKey', $$
    SELECT grain_id AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM cluster_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId
$$),
('ReadReminderRowKey', $$
    SELECT grain_id AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM cluster_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId AND name = @ReminderName
$$),
('ReadRangeRows1Key', $$
    SELECT grain_id AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM cluster_reminders WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$$),
('ReadRangeRows2Key', $$
    SELECT grain_id AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version
    FROM cluster_reminders WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
    WITH gone AS (
        DELETE FROM cluster_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1)
    SELECT count(*)::integer FROM gone
$$),
('DeleteReminderRowsKey', $$
    DELETE FROM cluster_reminders WHERE service_id = @ServiceId
$$),
('ReadFromStorageKey', $$
    SELECT payload AS PayloadBinary, version AS Version
    FROM cluster_grain_states
    WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_high = @GrainIdN0 AND id_low = @GrainIdN1
        AND coalesce(extension, '') = coalesce(@GrainIdExtensionString::text, '') AND id_hash = @GrainIdHash AND type_hash = @GrainTypeHash
$$),
('WriteToStorageKey', $$
    WITH updated AS (
        UPDATE cluster_grain_states SET payload = @PayloadBinary, version = version + 1, modified_at = now()
        WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_high = @GrainIdN0 AND id_low = @GrainIdN1
            AND coalesce(extension, '') = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
        RETURNING version),
    made AS (
        INSERT INTO cluster_grain_states (service_id, grain_type, type_hash, id_hash, id_high, id_low, extension, payload, version)
        SELECT @ServiceId, @GrainTypeString, @GrainTypeHash, @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainIdExtensionString::text, @PayloadBinary, 1
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version)
    SELECT coalesce((SELECT version FROM updated), (SELECT version FROM made), @GrainStateVersion::integer) AS NewGrainStateVersion
$$),
('ClearStorageKey', $$
    UPDATE cluster_grain_states SET payload = NULL, version = version + 1, modified_at = now()
    WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_high = @GrainIdN0 AND id_low = @GrainIdN1
        AND coalesce(extension, '') = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion
        AND id_hash = @GrainIdHash AND type_hash = @GrainTypeHash
    RETURNING version AS NewGrainStateVersion
$$),
('DeleteStorageKey', $$
    DELETE FROM cluster_grain_states
    WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_high = @GrainIdN0 AND id_low = @GrainIdN1
        AND coalesce(extension, '') = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion
        AND id_hash = @GrainIdHash AND type_hash = @GrainTypeHash
    RETURNING version + 1 AS NewGrainStateVersion
$$);

-- Channels: append-only logs, two for every session and more by name, and an open namespace for those who want plain
-- streams. One row says where a stream ends and whether it is closed; whoever appends or closes holds its lock.

-- The appender writes for many tenants in one transaction. It works under a role of its own that sees the streams and
-- nothing else; its statements find a stream by its whole address, organisation and environment included.
DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('turnkeep roles'));
    BEGIN
        CREATE ROLE turnkeep_channels NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    IF NOT pg_has_role(current_user, 'turnkeep_channels', 'MEMBER') THEN
        BEGIN
            GRANT turnkeep_channels TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
        EXCEPTION
            WHEN unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role turnkeep_channels belongs to somebody else; let its owner run: GRANT turnkeep_channels TO % WITH INHERIT FALSE, SET TRUE',
                    current_user USING ERRCODE = 'insufficient_privilege';
        END;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO turnkeep_channels;

-- How long the channels of a session can be read after it was closed, expired or retired.
ALTER TABLE environments ADD COLUMN channel_retention interval NOT NULL DEFAULT interval '30 days'
    CHECK (channel_retention > interval '0');

CREATE TABLE streams (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The nil UUID in the open namespace, which belongs to no tenant.
    org_id          uuid        NOT NULL,
    environment     text        NOT NULL,
    -- The nil UUID in the open namespace. No foreign key, so that closing sessions and appending share no lock.
    session_id      uuid        NOT NULL,
    name            text        NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 1024),
    -- How often the address was used before: the first part of every offset, so that offsets never go backwards.
    incarnation     bigint      NOT NULL DEFAULT 0,
    content_type    text        NOT NULL,
    -- Records before it are trimmed away; those before swept_seq have been removed.
    first_seq       bigint      NOT NULL DEFAULT 0,
    swept_seq       bigint      NOT NULL DEFAULT 0,
    next_seq        bigint      NOT NULL DEFAULT 0,
    byte_count      bigint      NOT NULL DEFAULT 0,
    producer_count  integer     NOT NULL DEFAULT 0,
    -- The last Stream-Seq; compared byte by byte.
    writer_seq      text        COLLATE "C",
    -- When the last record was written.
    last_at         timestamptz,
    closed_at       timestamptz,
    -- The producer's request that closed it: sent again, it is answered as before.
    closed_by       text,
    closed_epoch    bigint,
    closed_seq      bigint,
    -- As configured: a lifetime that slides, in seconds, or an end. The deadline is what holds at the moment.
    ttl_seconds     bigint,
    expires_at      timestamptz,
    deadline        timestamptz,
    -- A fork has copies of its source's records. What remains of the tie is when the source may vanish.
    forked_from     bigint,
    forked_address  text,
    fork_seq        bigint,
    fork_part       bigint,
    fork_count      integer     NOT NULL DEFAULT 0,
    -- Deleted while it has forks: the address answers that it is gone until the last fork is.
    hidden_at       timestamptz,
    -- Deleted: the address is free, and the row remembers its incarnation.
    deleted_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (first_seq BETWEEN 0 AND next_seq),
    CHECK ((forked_from IS NULL) = (forked_address IS NULL))
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX streams_address ON streams (session_id, name, org_id, environment) WHERE deleted_at IS NULL;
CREATE INDEX streams_deleted ON streams (session_id, name, org_id, environment) WHERE deleted_at IS NOT NULL;
CREATE INDEX streams_trimmed ON streams (id) WHERE first_seq > swept_seq AND deleted_at IS NULL;
CREATE INDEX streams_deadline ON streams (deadline) WHERE deadline IS NOT NULL AND deleted_at IS NULL;

-- No foreign key: it would look the stream up for every record, under a lock that the appender holds already.
CREATE TABLE stream_records (
    stream_id  bigint      NOT NULL,
    seq        bigint      NOT NULL,
    -- 0 raw, 1 envelope, 2 control, 3 command
    kind       smallint    NOT NULL CHECK (kind BETWEEN 0 AND 3),
    body       bytea       NOT NULL,
    -- Names and values in turn, each with its length in four bytes before it; null for none.
    headers    bytea,
    -- What its writer calls it: sent again, it is answered with the seq it has.
    part_id    text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (stream_id, seq)
);
-- Written once and read whole: compressing costs more than it saves.
ALTER TABLE stream_records ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX stream_records_part ON stream_records (stream_id, part_id) WHERE part_id IS NOT NULL;

CREATE TABLE stream_producers (
    stream_id   bigint NOT NULL,
    producer_id text   NOT NULL CHECK (octet_length(producer_id) BETWEEN 1 AND 256),
    epoch       bigint NOT NULL,
    last_seq    bigint NOT NULL,
    PRIMARY KEY (stream_id, producer_id)
) WITH (fillfactor = 50);

ALTER TABLE streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_records FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_producers ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_producers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON streams TO turnkeep_api USING (org_id = turnkeep_org());
-- Row security holds for the streams in the subquery as well.
CREATE POLICY tenant ON stream_records TO turnkeep_api USING (EXISTS (SELECT FROM streams s WHERE s.id = stream_id));
CREATE POLICY services ON streams TO turnkeep_channels, turnkeep_consumer, turnkeep_reaper USING (true);
CREATE POLICY services ON stream_records TO turnkeep_channels USING (true);
CREATE POLICY services ON stream_producers TO turnkeep_channels USING (true);
GRANT SELECT, INSERT, UPDATE ON streams TO turnkeep_api;
GRANT SELECT, INSERT ON stream_records TO turnkeep_api;
-- Who changes a session's state fences its channels with it.
GRANT SELECT, UPDATE ON streams TO turnkeep_consumer, turnkeep_reaper;
GRANT SELECT, UPDATE, DELETE ON streams TO turnkeep_channels;
GRANT SELECT, INSERT, DELETE ON stream_records TO turnkeep_channels;
GRANT SELECT, INSERT, UPDATE, DELETE ON stream_producers TO turnkeep_channels;

-- Changes sessions as change_session_rows does, and closes the channels of those that are over, in the same transaction:
-- nothing is written to them afterwards, and every reader comes to an end. They stay readable for their retention. The
-- streams are locked in the order in which the appender locks them.
ALTER FUNCTION change_sessions(uuid[], bigint[], uuid[], text, text, timestamptz) RENAME TO change_session_rows;

CREATE FUNCTION change_sessions(ids uuid[], versions bigint[], event_ids uuid[], change text, reason text, at timestamptz)
    RETURNS TABLE (id uuid, ended_at timestamptz, started_at timestamptz, turn_count bigint)
    LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT c.id, c.ended_at, c.started_at, c.turn_count
        FROM change_session_rows(ids, versions, event_ids, change, reason, at) AS c;
    IF change IN ('session.closed', 'session.expired', 'session.retired') THEN
        PERFORM 1 FROM streams s WHERE s.session_id = ANY (ids) AND s.deleted_at IS NULL ORDER BY s.id FOR UPDATE;
        UPDATE streams s SET
            closed_at = coalesce(s.closed_at, at),
            deadline = LEAST(s.deadline, at + e.channel_retention)
        FROM sessions v
        JOIN environments e ON e.org_id = v.org_id AND e.name = v.environment
        WHERE v.id = ANY (ids) AND v.state IN ('closed', 'retired')
          AND s.session_id = v.id AND s.org_id = v.org_id AND s.environment = v.environment AND s.deleted_at IS NULL;
    END IF;
END $$;

REVOKE ALL ON FUNCTION change_sessions(uuid[], bigint[], uuid[], text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_sessions(uuid[], bigint[], uuid[], text, text, timestamptz)
    TO turnkeep_api, turnkeep_consumer, turnkeep_reaper;

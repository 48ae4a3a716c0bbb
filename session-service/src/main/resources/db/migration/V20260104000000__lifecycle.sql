-- How sessions end, rest, close and retire: one function for all who change a session's state without a turn, the leases
-- that keep a session alive, and what the reaper looks for.

-- A holder says that a session is in use. Its heartbeats keep the lease; what has expired is as good as gone.
CREATE TABLE session_leases (
    org_id       uuid        NOT NULL,
    environment  text        NOT NULL,
    session_id   uuid        NOT NULL REFERENCES sessions (id),
    holder       text        NOT NULL CHECK (char_length(holder) BETWEEN 1 AND 256),
    -- When the holder took it; heartbeats do not move it, so that a holder which never stops beating can be noticed.
    acquired_at  timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (session_id, holder)
);
CREATE INDEX session_leases_expiry ON session_leases (expires_at);

-- Sessions that the reaper could not end: when to try again, and, after enough failures, a dead letter for an operator.
CREATE TABLE session_end_failures (
    session_id      uuid        PRIMARY KEY REFERENCES sessions (id),
    org_id          uuid        NOT NULL,
    environment     text        NOT NULL,
    failures        integer     NOT NULL,
    reason          text        NOT NULL,
    first_failed_at timestamptz NOT NULL,
    last_failed_at  timestamptz NOT NULL,
    next_try_at     timestamptz NOT NULL
);

-- How many partitions the topic had when the consumer last looked, and since when it has had as many: a key may have
-- moved to another partition at that time.
ALTER TABLE partition_progress
    ADD COLUMN partition_count integer,
    ADD COLUMN counted_since   timestamptz NOT NULL DEFAULT '-infinity';

-- The day of the last activity of a session that is over; null, and so never moving, while an epoch is open.
ALTER TABLE sessions ADD COLUMN over_on date GENERATED ALWAYS AS (
    CASE WHEN state IN ('created', 'ended', 'closed') AND NOT is_placeholder THEN
        (CASE WHEN epoch = 0 THEN created_at ELSE coalesce(last_received_at, updated_at) END AT TIME ZONE 'UTC')::date
    END) STORED;

-- What the reaper walks through. None of these columns moves with a turn, so turns stay HOT.
CREATE INDEX sessions_open ON sessions (id) WHERE state = 'open';
CREATE INDEX sessions_over ON sessions (over_on, id) WHERE over_on IS NOT NULL;
CREATE INDEX sessions_placeholders ON sessions (created_at, id) WHERE is_placeholder;

CREATE FUNCTION session_time(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- A session as an event shows it: the same members as the snapshots that the turn transaction writes.
CREATE FUNCTION session_snapshot(s sessions) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN JSON_OBJECT(
        'id' VALUE s.id::text,
        'friendly_id' VALUE s.friendly_id,
        'environment' VALUE s.environment,
        'harness_id' VALUE s.harness_id,
        'harness_session_id' VALUE s.harness_session_id,
        'external_id' VALUE s.external_id,
        'actor_id' VALUE s.actor_id,
        'auth_subject' VALUE s.auth_subject,
        'parent_session_id' VALUE s.parent_session_id::text,
        'name' VALUE s.name,
        'cwd' VALUE s.cwd,
        'harness_version' VALUE s.harness_version,
        'harness_metadata' VALUE s.harness_metadata,
        'version' VALUE s.version,
        'created_at' VALUE session_time(s.created_at),
        'state' VALUE s.state,
        'epoch' VALUE s.epoch,
        'started_at' VALUE session_time(s.started_at),
        'last_event_at' VALUE session_time(s.last_event_at),
        'last_received_at' VALUE session_time(s.last_received_at),
        'ended_at' VALUE session_time(s.ended_at),
        'end_reason' VALUE s.end_reason,
        'turn_count' VALUE s.turn_count,
        'late_turn_count' VALUE s.late_turn_count,
        'input_tokens' VALUE s.input_tokens,
        'output_tokens' VALUE s.output_tokens,
        'cache_read_tokens' VALUE s.cache_read_tokens,
        'cache_write_tokens' VALUE s.cache_write_tokens,
        'reasoning_tokens' VALUE s.reasoning_tokens,
        'tool_calls' VALUE s.tool_calls,
        'tool_errors' VALUE s.tool_errors,
        'cost_nano_usd' VALUE s.cost_nano_usd,
        'unpriced_turns' VALUE s.unpriced_turns
        ABSENT ON NULL RETURNING json);

-- Changes the state of sessions and writes the event of each change in the same transaction. Which changes a state allows,
-- and what the ids of the events are, is decided by the caller under its row locks (contracts: Command, Change); a row that
-- is not at the version it was read at, or not in a state that the change leads from, is left as it is.
--
-- change: the event's type, one of session.ended, .closed, .expired, .suspended, .resumed, .retired
-- reason: of an end or a close; null else
-- Answers the rows that were changed, as they are now.
CREATE FUNCTION change_sessions(ids uuid[], versions bigint[], event_ids uuid[], change text, reason text, at timestamptz)
    RETURNS TABLE (id uuid, ended_at timestamptz, started_at timestamptz, turn_count bigint)
    LANGUAGE sql VOLATILE AS $$
    WITH changed AS (
        UPDATE sessions s SET
            state = CASE change
                WHEN 'session.ended' THEN 'ended'
                WHEN 'session.suspended' THEN 'suspended'
                WHEN 'session.resumed' THEN 'open'
                WHEN 'session.retired' THEN 'retired'
                ELSE 'closed' END,
            -- The end of an epoch is its last event, not the moment of reaping; a request is an event of its own.
            ended_at = CASE WHEN change <> 'session.ended' THEN s.ended_at
                WHEN reason = 'requested' THEN GREATEST(s.last_event_at, at)
                ELSE s.last_event_at END,
            end_reason = CASE WHEN change = 'session.ended' THEN reason ELSE s.end_reason END,
            suspended_at = CASE WHEN change = 'session.suspended' THEN at END,
            -- Whoever resumes a session uses it: it gets a whole idle timeout again.
            last_received_at = CASE WHEN change = 'session.resumed' THEN GREATEST(s.last_received_at, at)
                ELSE s.last_received_at END,
            idle_bucket = CASE WHEN change = 'session.resumed' THEN date_trunc('minute', GREATEST(s.last_received_at, at) + (
                SELECT coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout)
                FROM environments e WHERE e.org_id = s.org_id AND e.name = s.environment)) END,
            closed_at = CASE WHEN change IN ('session.closed', 'session.expired') THEN at ELSE s.closed_at END,
            closed_reason = CASE WHEN change IN ('session.closed', 'session.expired') THEN reason ELSE s.closed_reason END,
            retired_at = CASE WHEN change = 'session.retired' THEN at ELSE s.retired_at END,
            version = s.version + 1,
            updated_at = at
        FROM unnest(ids, versions, event_ids) AS a (id, version, event_id)
        WHERE s.id = a.id AND s.version = a.version AND NOT s.is_placeholder
          AND s.state = ANY (CASE change
                WHEN 'session.ended' THEN '{open,suspended}'::text[]
                WHEN 'session.suspended' THEN '{open}'
                WHEN 'session.resumed' THEN '{suspended}'
                WHEN 'session.retired' THEN '{created,ended,closed}'
                WHEN 'session.closed' THEN '{created,ended}'
                WHEN 'session.expired' THEN '{created,ended}'
                ELSE '{}' END)
        RETURNING a.event_id, s AS session
    ), told AS (
        INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
        SELECT c.event_id, (c.session).org_id, (c.session).environment, (c.session).id, (c.session).epoch, change,
               CASE WHEN change = 'session.ended' THEN (c.session).ended_at ELSE at END,
               JSON_OBJECT('reason' VALUE CASE WHEN change IN ('session.ended', 'session.closed') THEN reason END,
                           'session' VALUE session_snapshot(c.session) ABSENT ON NULL RETURNING json),
               at
        FROM changed c
        ORDER BY (c.session).id
        RETURNING 1
    )
    SELECT (c.session).id, (c.session).ended_at, (c.session).started_at, (c.session).turn_count FROM changed c
$$;

ALTER TABLE session_leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_leases FORCE ROW LEVEL SECURITY;
ALTER TABLE session_end_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_end_failures FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON session_leases TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY services ON session_leases TO turnkeep_reaper USING (true);
CREATE POLICY tenant ON session_end_failures TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY services ON session_end_failures TO turnkeep_reaper USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON session_leases TO turnkeep_api;
GRANT SELECT, DELETE ON session_leases TO turnkeep_reaper;
GRANT SELECT, INSERT, UPDATE, DELETE ON session_end_failures TO turnkeep_reaper;

REVOKE ALL ON FUNCTION change_sessions(uuid[], bigint[], uuid[], text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_sessions(uuid[], bigint[], uuid[], text, text, timestamptz)
    TO turnkeep_api, turnkeep_consumer, turnkeep_reaper;

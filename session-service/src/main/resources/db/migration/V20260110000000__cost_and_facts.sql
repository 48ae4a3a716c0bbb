-- What a turn cost and by which price; and what a session's turns say about it: how it stands, its model, what each model
-- and each thread took part. All of it is kept up by the turn transaction and never counted again.

-- The prices that turns were charged by, as they were then: a price list that is replaced later rewrites no history.
CREATE TABLE prices (
    ref        text        PRIMARY KEY,
    source     text        NOT NULL,
    version    text        NOT NULL,
    provider   text        NOT NULL,
    model      text        NOT NULL,
    rates      json        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE turns
    -- Why the response ended, in one vocabulary; stop_reason has the provider's words.
    ADD COLUMN stop_kind text NOT NULL DEFAULT 'unknown',
    -- The provider's code of what went wrong.
    ADD COLUMN error     text;

ALTER TABLE sessions
    ADD COLUMN status       text  NOT NULL DEFAULT 'unknown'
        CHECK (status IN ('completed', 'failed', 'abandoned', 'unknown')),
    -- How the newest turn of the main thread ended, and when: the status follows from it.
    ADD COLUMN outcome      text  NOT NULL DEFAULT 'none'
        CHECK (outcome IN ('none', 'completed', 'failed', 'waiting', 'unknown')),
    ADD COLUMN outcome_at   timestamptz,
    -- Whose words derived_title is: the harness', which replace others, or the first prompt's.
    ADD COLUMN title_source text  CHECK (title_source IN ('harness', 'prompt')),
    -- The model of most turns of the main thread.
    ADD COLUMN model        text,
    -- One object for each provider and model, in the order of their first turns.
    ADD COLUMN model_usage  jsonb NOT NULL DEFAULT '[]';

-- Sub-agents of a session. Sums only, so that a turn adds to its thread without reading it.
CREATE TABLE session_threads (
    org_id             uuid        NOT NULL,
    environment        text        NOT NULL,
    session_id         uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    thread_id          text        NOT NULL,
    agent              text,
    model              text,
    turn_count         bigint      NOT NULL,
    late_turn_count    bigint      NOT NULL,
    input_tokens       bigint      NOT NULL,
    output_tokens      bigint      NOT NULL,
    cache_read_tokens  bigint      NOT NULL,
    cache_write_tokens bigint      NOT NULL,
    reasoning_tokens   bigint      NOT NULL,
    tool_calls         bigint      NOT NULL,
    tool_errors        bigint      NOT NULL,
    cost_nano_usd      bigint      NOT NULL,
    unpriced_turns     bigint      NOT NULL,
    started_at         timestamptz NOT NULL,
    last_event_at      timestamptz NOT NULL,
    PRIMARY KEY (session_id, thread_id)
) WITH (fillfactor = 80);

-- Explicit jobs over what is stored: how far each has come, so that a crash does not begin it again.
CREATE TABLE maintenance_jobs (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('reprice', 'rederive')),
    parameters  json        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
    -- Where the next batch begins; null at first.
    progress    json,
    counts      json        NOT NULL DEFAULT '{}',
    error       text,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

ALTER TABLE session_threads ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_threads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON session_threads TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY services ON session_threads TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON session_threads TO turnkeep_api, turnkeep_consumer, turnkeep_reaper;
GRANT SELECT ON session_threads TO turnkeep_replicator;
-- Public price lists and the operator's own: nothing of a tenant.
GRANT SELECT, INSERT ON prices TO turnkeep_consumer;
GRANT SELECT ON prices TO turnkeep_api, turnkeep_reaper;
GRANT SELECT, INSERT, UPDATE ON maintenance_jobs TO turnkeep_consumer;

-- Adds columns to what a publication sends of a table, and leaves what it sends of others as it is.
CREATE FUNCTION publish_columns(publication name, of_table name, added name[]) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    tables text;
BEGIN
    SELECT string_agg(format('%I (%s)', c.relname,
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  AND (a.attnum = ANY (r.prattrs) OR c.relname = of_table AND a.attname = ANY (added)))), ', ')
    INTO STRICT tables
    FROM pg_publication p
    JOIN pg_publication_rel r ON r.prpubid = p.oid
    JOIN pg_class c ON c.oid = r.prrelid
    WHERE p.pubname = publication;
    EXECUTE format('ALTER PUBLICATION %I SET TABLE %s', publication, tables);
END $$;

SELECT publish_columns('turnkeep_clickhouse_v1', 'sessions', '{status,model,model_usage}');
SELECT publish_columns('turnkeep_clickhouse_v1', 'turns', '{stop_kind,error}');

-- The same members as the snapshots that the turn transaction writes.
CREATE OR REPLACE FUNCTION session_snapshot(s sessions) RETURNS json
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
        'derived_title' VALUE s.derived_title,
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
        'status' VALUE s.status,
        'model' VALUE s.model,
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
CREATE OR REPLACE FUNCTION change_sessions(ids uuid[], versions bigint[], event_ids uuid[], change text, reason text, at timestamptz)
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
            -- An agent that waited for an answer when its session ended never got it.
            status = CASE WHEN change = 'session.ended' AND s.outcome = 'waiting' THEN 'abandoned' ELSE s.status END,
            suspended_at = CASE WHEN change = 'session.suspended' THEN at END,
            -- Whoever resumes a session uses it: it gets a whole idle timeout again, before it is idle and before the next
            -- turn of its slot is a boundary.
            last_event_at = CASE WHEN change = 'session.resumed' THEN GREATEST(s.last_event_at, at)
                ELSE s.last_event_at END,
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

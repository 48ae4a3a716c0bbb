-- Sessions, their turns and what the turns are made of. Nothing here is indexed that moves with every turn, so that a
-- turn updates its session in place (HOT).

CREATE TABLE sessions (
    id                  uuid        PRIMARY KEY,
    friendly_id         text        NOT NULL UNIQUE,
    org_id              uuid        NOT NULL,
    environment         text        NOT NULL,
    harness_id          text        NOT NULL,
    harness_session_id  text,
    external_id         text,
    actor_id            text,
    auth_subject        text,
    -- Which partition of the turns topic feeds it: null before its first turn, -1 once it came under several keys.
    kafka_partition     integer,

    parent_session_id   uuid        REFERENCES sessions (id) DEFERRABLE INITIALLY DEFERRED,
    is_placeholder      boolean     NOT NULL DEFAULT false,
    -- Of a placeholder: its harness was assumed from the child's, so the real parent may adopt it.
    is_guessed          boolean     NOT NULL DEFAULT false,

    type                text        NOT NULL,
    task_identifier     text        NOT NULL,
    name                text,
    derived_title       text,
    display_name        text,
    cwd                 text,
    harness_version     text,
    -- json and not jsonb: kept as it was given. jsonb would write 1e131000 out in full.
    harness_metadata    json        NOT NULL DEFAULT '{}',
    tags                text[]      NOT NULL DEFAULT '{}',
    metadata            jsonb       NOT NULL DEFAULT '{}',
    trigger_config      jsonb,
    current_run_id      text,
    current_run_version bigint,

    state               text        NOT NULL
        CHECK (state IN ('created', 'open', 'suspended', 'ended', 'closed', 'retired')),
    epoch               integer     NOT NULL DEFAULT 0,
    started_at          timestamptz,
    last_event_at       timestamptz,
    last_received_at    timestamptz,
    -- The idle deadline of an open epoch, floored to a minute so that turns stay HOT; the exact comparison is made under the lock.
    idle_bucket         timestamptz,
    ended_at            timestamptz,
    end_reason          text,
    suspended_at        timestamptz,
    closed_at           timestamptz,
    closed_reason       text,
    expires_at          timestamptz,
    retired_at          timestamptz,
    version             bigint      NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,

    turn_count          bigint      NOT NULL DEFAULT 0,
    late_turn_count     bigint      NOT NULL DEFAULT 0,
    input_tokens        bigint      NOT NULL DEFAULT 0,
    output_tokens       bigint      NOT NULL DEFAULT 0,
    cache_read_tokens   bigint      NOT NULL DEFAULT 0,
    cache_write_tokens  bigint      NOT NULL DEFAULT 0,
    reasoning_tokens    bigint      NOT NULL DEFAULT 0,
    tool_calls          bigint      NOT NULL DEFAULT 0,
    tool_errors         bigint      NOT NULL DEFAULT 0,
    cost_nano_usd       bigint      NOT NULL DEFAULT 0,
    unpriced_turns      bigint      NOT NULL DEFAULT 0,

    FOREIGN KEY (org_id, environment) REFERENCES environments (org_id, name),
    CHECK (is_placeholder OR NOT is_guessed),
    CHECK ((state IN ('open', 'suspended')) = (epoch > 0 AND ended_at IS NULL AND closed_at IS NULL AND retired_at IS NULL))
) WITH (fillfactor = 80);

-- The harness comes last: forks look a key up under any harness.
CREATE UNIQUE INDEX sessions_key ON sessions (org_id, environment, harness_session_id, harness_id)
    WHERE harness_session_id IS NOT NULL AND retired_at IS NULL;
CREATE INDEX sessions_key_retired ON sessions (org_id, environment, harness_session_id, harness_id)
    WHERE harness_session_id IS NOT NULL AND retired_at IS NOT NULL;
CREATE UNIQUE INDEX sessions_external ON sessions (org_id, environment, external_id)
    WHERE external_id IS NOT NULL AND retired_at IS NULL;
CREATE UNIQUE INDEX sessions_live_slot ON sessions (org_id, environment, harness_id, actor_id)
    WHERE actor_id IS NOT NULL AND harness_session_id IS NULL AND state IN ('open', 'suspended');
CREATE INDEX sessions_slot ON sessions (org_id, environment, harness_id, actor_id, started_at)
    WHERE actor_id IS NOT NULL AND harness_session_id IS NULL AND retired_at IS NULL;
CREATE INDEX sessions_live_subject ON sessions (org_id, environment, harness_id, auth_subject, id)
    WHERE auth_subject IS NOT NULL AND state IN ('open', 'suspended');
CREATE INDEX sessions_list ON sessions (org_id, environment, created_at, id);
CREATE INDEX sessions_parent ON sessions (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX sessions_idle ON sessions (idle_bucket) WHERE state = 'open';
CREATE INDEX sessions_expiry ON sessions (expires_at) WHERE expires_at IS NOT NULL AND closed_at IS NULL;

-- Content, addressed by its hash in its organisation. json and not jsonb: the text is kept as it was given.
CREATE TABLE nodes (
    org_id         uuid        NOT NULL,
    environment    text        NOT NULL,
    hash           bytea       NOT NULL CHECK (octet_length(hash) = 32),
    parent_hash    bytea,
    session_id     uuid        NOT NULL,
    role           text        NOT NULL,
    content        json        NOT NULL,
    content_digest bytea       NOT NULL CHECK (octet_length(content_digest) = 32),
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (org_id, environment, hash)
);
-- The hash comes first: an index that began like the primary key would be taken for it while the table has no statistics,
-- and every look-up of a node would read all nodes of its environment.
CREATE INDEX nodes_parent ON nodes (parent_hash, org_id, environment);

-- What a session sent where it differs from the node's content: several texts can project to one hash, and nobody is
-- shown another's.
CREATE TABLE node_variants (
    org_id         uuid        NOT NULL,
    environment    text        NOT NULL,
    session_id     uuid        NOT NULL REFERENCES sessions (id) DEFERRABLE INITIALLY DEFERRED,
    hash           bytea       NOT NULL,
    content        json        NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (session_id, hash)
);

-- System prompts, tool definitions and request parameters: once per content, referenced by the turns.
CREATE TABLE blobs (
    org_id         uuid        NOT NULL,
    environment    text        NOT NULL,
    digest         bytea       NOT NULL CHECK (octet_length(digest) = 32),
    content        json        NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (org_id, environment, digest)
);

CREATE TABLE turns (
    turn_id            uuid        PRIMARY KEY,
    org_id             uuid        NOT NULL,
    environment        text        NOT NULL,
    session_id         uuid        NOT NULL REFERENCES sessions (id) DEFERRABLE INITIALLY DEFERRED,
    -- The order of arrival in the session, from 1; gaps are allowed.
    seq                bigint      NOT NULL,
    request_id         text,
    payload_digest     bytea       NOT NULL CHECK (octet_length(payload_digest) = 32),
    provider           text        NOT NULL,
    model              text,
    agent              text,
    thread_id          text,
    root_hash          bytea       NOT NULL,
    leaf_hash          bytea       NOT NULL,
    node_count         integer     NOT NULL,
    system_digest      bytea,
    tools_digest       bytea,
    params_digest      bytea,
    status             text        NOT NULL,
    stop_reason        text,
    input_tokens       bigint      NOT NULL,
    output_tokens      bigint      NOT NULL,
    cache_read_tokens  bigint      NOT NULL,
    cache_write_tokens bigint      NOT NULL,
    cache_write_1h_tokens bigint   NOT NULL,
    reasoning_tokens   bigint      NOT NULL,
    cost_nano_usd      bigint,
    cost_source        text        NOT NULL CHECK (cost_source IN ('reported', 'priced', 'unpriced')),
    price_ref          text,
    tool_calls         integer     NOT NULL,
    tool_errors        integer     NOT NULL,
    -- Nanoseconds from the request to the end of the response, as the caller measured it.
    latency_nanos      bigint,
    event_at           timestamptz NOT NULL,
    received_at        timestamptz NOT NULL,
    late               boolean     NOT NULL,
    traceparent        text,
    kafka_topic        text        NOT NULL,
    kafka_partition    integer     NOT NULL,
    kafka_offset       bigint      NOT NULL,
    meta               json        NOT NULL,
    created_at         timestamptz NOT NULL,
    UNIQUE (session_id, seq),
    CHECK ((cost_source = 'unpriced') = (cost_nano_usd IS NULL))
);
-- The session comes last: a chain that a million sessions share is still found for one of them at once.
CREATE INDEX turns_leaf ON turns (org_id, environment, leaf_hash, session_id);

-- History and outbox: what happened, in the transaction that made it happen.
CREATE TABLE session_events (
    id           uuid        PRIMARY KEY,
    position     bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
    org_id       uuid        NOT NULL,
    environment  text        NOT NULL,
    session_id   uuid        NOT NULL,
    epoch        integer     NOT NULL,
    type         text        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    payload      json        NOT NULL,
    traceparent  text,
    created_at   timestamptz NOT NULL
);
CREATE INDEX session_events_session ON session_events (session_id, position);
CREATE INDEX session_events_xid ON session_events (xid);

-- Up to which append time every turn of a partition is in these tables.
CREATE TABLE partition_progress (
    topic             text        NOT NULL,
    partition         integer     NOT NULL,
    processed_through timestamptz NOT NULL,
    next_offset       bigint      NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TRIGGER sessions_identity BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.friendly_id IS DISTINCT FROM NEW.friendly_id OR OLD.org_id IS DISTINCT FROM NEW.org_id
          OR OLD.environment IS DISTINCT FROM NEW.environment OR OLD.created_at IS DISTINCT FROM NEW.created_at)
    EXECUTE FUNCTION refuse_identity_change();
CREATE TRIGGER turns_identity BEFORE UPDATE ON turns FOR EACH ROW
    WHEN (OLD.turn_id IS DISTINCT FROM NEW.turn_id OR OLD.session_id IS DISTINCT FROM NEW.session_id OR OLD.org_id IS DISTINCT FROM NEW.org_id
          OR OLD.environment IS DISTINCT FROM NEW.environment OR OLD.received_at IS DISTINCT FROM NEW.received_at
          OR OLD.created_at IS DISTINCT FROM NEW.created_at)
    EXECUTE FUNCTION refuse_identity_change();
CREATE TRIGGER nodes_identity BEFORE UPDATE ON nodes FOR EACH ROW
    WHEN (OLD.hash IS DISTINCT FROM NEW.hash OR OLD.org_id IS DISTINCT FROM NEW.org_id OR OLD.environment IS DISTINCT FROM NEW.environment
          OR OLD.created_at IS DISTINCT FROM NEW.created_at)
    EXECUTE FUNCTION refuse_identity_change();
CREATE TRIGGER session_events_identity BEFORE UPDATE ON session_events FOR EACH ROW EXECUTE FUNCTION refuse_identity_change();
CREATE TRIGGER environments_identity BEFORE UPDATE ON environments FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.org_id IS DISTINCT FROM NEW.org_id OR OLD.name IS DISTINCT FROM NEW.name
          OR OLD.created_at IS DISTINCT FROM NEW.created_at)
    EXECUTE FUNCTION refuse_identity_change();

-- The second wall: a statement that forgets its organisation finds nothing.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['sessions', 'nodes', 'node_variants', 'blobs', 'turns', 'session_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY tenant ON %I TO turnkeep_api USING (org_id = turnkeep_org())', tenant_table);
        EXECUTE format('CREATE POLICY services ON %I TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator USING (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO turnkeep_api, turnkeep_consumer, turnkeep_reaper', tenant_table);
        EXECUTE format('GRANT SELECT ON %I TO turnkeep_replicator', tenant_table);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON partition_progress TO turnkeep_consumer;
GRANT SELECT ON partition_progress TO turnkeep_api, turnkeep_reaper, turnkeep_replicator;

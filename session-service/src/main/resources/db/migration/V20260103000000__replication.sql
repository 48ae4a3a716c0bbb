-- What leaves this database for ClickHouse and Kafka: which rows and columns, how their rows are told apart, and what the
-- replication remembers of its own progress.

-- Rows are identified by exactly the columns that ClickHouse sorts and partitions by: a deletion that lacked one of them
-- would never meet its row. FULL would do as well, but with a list of columns it breaks the application's own updates.
DROP INDEX sessions_list;
CREATE UNIQUE INDEX sessions_list ON sessions (org_id, environment, created_at, id);
ALTER TABLE sessions REPLICA IDENTITY USING INDEX sessions_list;

CREATE UNIQUE INDEX turns_replica ON turns (org_id, environment, session_id, turn_id, received_at);
ALTER TABLE turns REPLICA IDENTITY USING INDEX turns_replica;

CREATE UNIQUE INDEX session_events_replica ON session_events (org_id, environment, session_id, epoch, id, occurred_at);
ALTER TABLE session_events REPLICA IDENTITY USING INDEX session_events_replica;

-- One row per stream, written again and again: an idle stream moves on, its delay is measured, and after a lost slot
-- every event of a transaction before the oldest that still ran is known to have been sent.
CREATE TABLE replication_heartbeat (
    stream     text        PRIMARY KEY,
    beat       bigint      NOT NULL,
    beat_at    timestamptz NOT NULL,
    oldest_xid xid8        NOT NULL
);

-- What a stream has to know after a crash, and cannot learn from its slot.
CREATE TABLE replication_state (
    stream            text        PRIMARY KEY,
    system_identifier text        NOT NULL,
    -- The slot was made anew and what it cannot know of has not been sent in full yet.
    restoring         boolean     NOT NULL,
    -- Where the slot began: what it does not send was committed before.
    consistent_point  pg_lsn,
    -- Every transaction before it has been stored by the sink; null before the first heartbeat has been.
    watermark         xid8,
    updated_at        timestamptz NOT NULL
);

-- Rows that ClickHouse refuses, with the reason. They go back with their own version, so that a newer one stays.
CREATE TABLE replication_quarantine (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream         text        NOT NULL,
    table_name     text        NOT NULL,
    -- Of the tables that it was meant for: a later copy of them has the row already.
    generation     text        NOT NULL,
    commit_lsn     pg_lsn      NOT NULL,
    change_index   bigint      NOT NULL,
    is_deleted     boolean     NOT NULL,
    row_content    json        NOT NULL,
    error          text        NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream, table_name, generation, commit_lsn, change_index)
);

GRANT SELECT, INSERT, UPDATE ON replication_heartbeat, replication_state TO turnkeep_replicator;
GRANT SELECT, INSERT, UPDATE, DELETE ON replication_quarantine TO turnkeep_replicator;

-- The columns are listed: content and what only the application needs never enter a slot. The service compares them with
-- its own list when it starts.
CREATE PUBLICATION turnkeep_clickhouse_v1 FOR TABLE
    sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, external_id, actor_id, auth_subject,
              parent_session_id, is_placeholder, type, task_identifier, name, derived_title, display_name, cwd,
              harness_version, harness_metadata, tags, metadata, state, epoch, started_at, last_event_at,
              last_received_at, ended_at, end_reason, suspended_at, closed_at, closed_reason, expires_at, retired_at,
              version, created_at, updated_at, turn_count, late_turn_count, input_tokens, output_tokens,
              cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors, cost_nano_usd,
              unpriced_turns),
    turns (turn_id, org_id, environment, session_id, seq, request_id, provider, model, agent, thread_id, root_hash,
           leaf_hash, node_count, status, stop_reason, input_tokens, output_tokens, cache_read_tokens,
           cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_nano_usd, cost_source, price_ref,
           tool_calls, tool_errors, latency_nanos, event_at, received_at, late, traceparent, meta, created_at),
    session_events (id, position, org_id, environment, session_id, epoch, type, occurred_at, payload, traceparent,
                    created_at),
    replication_heartbeat (stream, beat, beat_at, oldest_xid)
    WITH (publish = 'insert, update, delete, truncate');

-- Events are only ever added; that retention deletes old ones is nobody's news.
CREATE PUBLICATION turnkeep_events_v1 FOR TABLE
    session_events (id, position, org_id, environment, session_id, epoch, type, occurred_at, payload, traceparent),
    replication_heartbeat (stream, beat, beat_at, oldest_xid)
    WITH (publish = 'insert, update');

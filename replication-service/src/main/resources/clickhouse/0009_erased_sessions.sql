-- The sessions that were erased. Rows of theirs can still arrive, from a copy or a repetition, and the tables that are read
-- while others are made anew know nothing yet: so the views leave out all that is theirs, but for the news of their deletion.
CREATE TABLE IF NOT EXISTS ${database}.erased_sessions
(
    org_id      UUID,
    environment LowCardinality(String),
    session_id  UUID,
    at          DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replacing(at)}
ORDER BY (org_id, environment, session_id);

INSERT INTO ${database}.erased_sessions (org_id, environment, session_id)
SELECT DISTINCT org_id, environment, session_id FROM ${database}.session_events_v1 WHERE type = 'session.deleted';

CREATE OR REPLACE VIEW ${database}.sessions
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT id, friendly_id, org_id, environment, harness_id, harness_session_id, external_id, actor_id, auth_subject,
       parent_session_id, type, task_identifier, name, derived_title, display_name, cwd, harness_version, harness_metadata,
       tags, metadata, state, epoch, started_at, last_event_at,
       last_received_at, ended_at, end_reason, suspended_at, closed_at, closed_reason, expires_at, retired_at, version,
       created_at, updated_at, turn_count, late_turn_count, input_tokens, output_tokens, cache_read_tokens,
       cache_write_tokens, reasoning_tokens, tool_calls, tool_errors, cost_nano_usd, unpriced_turns, is_placeholder,
       status, model, model_usage
FROM ${database}.sessions_v1 FINAL
WHERE (org_id, environment, id) NOT IN (SELECT org_id, environment, session_id FROM ${database}.erased_sessions)
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW ${database}.turns
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT turn_id, org_id, environment, session_id, seq, request_id, provider, model, agent, thread_id,
       lower(hex(root_hash)) AS root_hash, lower(hex(leaf_hash)) AS leaf_hash, node_count, status, stop_reason,
       input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
       cost_nano_usd, cost_source, price_ref, tool_calls, tool_errors, latency_nanos, event_at, received_at, late,
       traceparent, meta, created_at, stop_kind, error
FROM ${database}.turns_v1 FINAL
WHERE (org_id, environment, session_id) NOT IN (SELECT org_id, environment, session_id FROM ${database}.erased_sessions)
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW ${database}.session_events
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT id, position, org_id, environment, session_id, epoch, type, occurred_at, payload, traceparent, created_at
FROM ${database}.session_events_v1 FINAL
WHERE type = 'session.deleted'
   OR (org_id, environment, session_id) NOT IN (SELECT org_id, environment, session_id FROM ${database}.erased_sessions)
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- What is known of a turn's usage. Rows from before are as if all had been told, in no other parts, of the usual tier.
ALTER TABLE ${database}.turns_v1
    ADD COLUMN IF NOT EXISTS usage_partial Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS usage_parts Nullable(String),
    ADD COLUMN IF NOT EXISTS service_tier LowCardinality(Nullable(String));

CREATE OR REPLACE VIEW ${database}.turns
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT turn_id, org_id, environment, session_id, seq, request_id, provider, model, agent, thread_id,
       lower(hex(root_hash)) AS root_hash, lower(hex(leaf_hash)) AS leaf_hash, node_count, status, stop_reason,
       input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
       cost_nano_usd, cost_source, price_ref, tool_calls, tool_errors, latency_nanos, event_at, received_at, late,
       traceparent, meta, created_at, stop_kind, error, usage_partial, usage_parts, service_tier
FROM ${database}.turns_v1 FINAL
WHERE (org_id, environment, session_id) NOT IN (SELECT org_id, environment, session_id FROM ${database}.erased_sessions)
SETTINGS do_not_merge_across_partitions_select_final = 1;

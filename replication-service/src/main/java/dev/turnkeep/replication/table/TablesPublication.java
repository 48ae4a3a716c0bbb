package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.Publication;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Postgres is expected to send of the tables, and sends by its own migrations. */
final class TablesPublication {
    private static final String NAME = "turnkeep_clickhouse_v1";
    // Apart, so that it costs nothing where nobody reads it.
    private static final String WITH_NODES = "turnkeep_clickhouse_nodes_v1";
    private static final String KINDS = "insert, update, delete, truncate";

    private static final String SESSIONS = """
            id, friendly_id, org_id, environment, harness_id, harness_session_id, external_id, actor_id,
            auth_subject, parent_session_id, is_placeholder, type, task_identifier, name, derived_title,
            display_name, cwd, harness_version, harness_metadata, tags, metadata, state, epoch, started_at,
            last_event_at, last_received_at, ended_at, end_reason, suspended_at, closed_at, closed_reason,
            expires_at, retired_at, version, created_at, updated_at, turn_count, late_turn_count, input_tokens,
            output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors,
            cost_nano_usd, unpriced_turns, status, model, model_usage""";

    private static final String TURNS = """
            turn_id, org_id, environment, session_id, seq, request_id, provider, model, agent, thread_id,
            root_hash, leaf_hash, node_count, status, stop_reason, input_tokens, output_tokens,
            cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_nano_usd,
            cost_source, price_ref, tool_calls, tool_errors, latency_nanos, event_at, received_at, late,
            traceparent, meta, created_at, stop_kind, error, usage_partial, usage_parts, service_tier""";

    private static final String SESSION_EVENTS = """
            id, position, org_id, environment, session_id, epoch, type, occurred_at, payload, traceparent,
            created_at""";

    private static final String NODES = """
            org_id, environment, hash, parent_hash, session_id, role, content, created_at""";

    private TablesPublication() {}

    /** @param nodes whether what was said is wanted, too */
    static List<Publication> expected(boolean nodes) {
        Publication always = new Publication(
                NAME,
                new TreeMap<>(Map.of(
                        "sessions", columns(SESSIONS),
                        "turns", columns(TURNS),
                        "session_events", columns(SESSION_EVENTS))),
                KINDS);
        return nodes
                ? List.of(always, new Publication(WITH_NODES, new TreeMap<>(Map.of("nodes", columns(NODES))), KINDS))
                : List.of(always);
    }

    private static List<String> columns(String list) {
        return List.of(list.strip().split("[,\\s]+"));
    }
}

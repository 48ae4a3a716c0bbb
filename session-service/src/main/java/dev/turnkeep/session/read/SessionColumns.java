package dev.turnkeep.session.read;

import java.util.Set;

/** The columns of a session that the API shows, of {@code sessions s}. */
public final class SessionColumns {
    /** All of them, JSON as text: for {@code SELECT}. */
    public static final String ALL = """
            s.id, s.friendly_id, s.org_id, s.environment, s.harness_id, s.harness_session_id, s.external_id, s.actor_id,
            s.auth_subject, s.parent_session_id, s.type, s.task_identifier, s.name, s.derived_title, s.display_name, s.cwd,
            s.harness_version, s.harness_metadata::text AS harness_metadata, s.tags, s.metadata::text AS metadata,
            s.trigger_config::text AS trigger_config, s.current_run_id, s.current_run_version, s.state, s.epoch,
            s.started_at, s.last_event_at, s.last_received_at, s.ended_at, s.end_reason, s.suspended_at, s.closed_at,
            s.closed_reason, s.expires_at, s.retired_at, s.version, s.created_at, s.updated_at, s.turn_count,
            s.late_turn_count, s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens,
            s.reasoning_tokens, s.tool_calls, s.tool_errors, s.cost_nano_usd, s.unpriced_turns, s.status, s.model,
            s.model_usage::text AS model_usage""";

    /** Those that hold JSON. */
    public static final Set<String> JSON = Set.of("harness_metadata", "metadata", "trigger_config", "model_usage");

    private SessionColumns() {}
}

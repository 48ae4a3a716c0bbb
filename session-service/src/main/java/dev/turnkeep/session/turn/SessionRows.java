package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.EndReason;
import dev.turnkeep.contracts.lifecycle.Findings;
import dev.turnkeep.contracts.lifecycle.Labels;
import dev.turnkeep.contracts.lifecycle.Lifetime;
import dev.turnkeep.contracts.lifecycle.ModelUsageJson;
import dev.turnkeep.contracts.lifecycle.Outcome;
import dev.turnkeep.contracts.lifecycle.Placeholder;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.Title;
import dev.turnkeep.contracts.lifecycle.Totals;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows of {@code sessions} as the turn transaction reads them. */
final class SessionRows {
    /** The columns that {@link #session} reads. */
    static final String COLUMNS = """
            s.id, s.org_id, s.environment, s.harness_id, s.harness_session_id, s.external_id, s.actor_id, s.kafka_partition,
            s.parent_session_id, s.is_placeholder, s.is_guessed, s.auth_subject, s.name, s.cwd, s.harness_version,
            s.harness_metadata::text AS harness_metadata, s.state, s.epoch, s.started_at, s.last_event_at,
            s.last_received_at, s.ended_at, s.end_reason, s.suspended_at, s.closed_at, s.turn_count, s.late_turn_count,
            s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.reasoning_tokens,
            s.tool_calls, s.tool_errors, s.cost_nano_usd, s.unpriced_turns, s.outcome, s.outcome_at, s.derived_title,
            s.title_source, s.model_usage::text AS model_usage, s.version, s.created_at""";

    private static final String HARNESS = "harness";

    private SessionRows() {}

    /** The column that says whose words a title is. */
    static @Nullable String titleSource(@Nullable Title title) {
        return title == null ? null : title.harness() ? HARNESS : "prompt";
    }

    static Session session(Row row) {
        return new Session(
                new SessionId(row.getUUID("id")),
                scope(row),
                new HarnessId(row.getString("harness_id")),
                mapped(row.getString("harness_session_id"), HarnessSessionId::new),
                mapped(row.getString("external_id"), ExternalId::new),
                mapped(row.getString("actor_id"), ActorId::new),
                row.getInteger("kafka_partition"),
                mapped(row.getUUID("parent_session_id"), SessionId::new),
                placeholder(row),
                labels(row),
                lifetime(row),
                totals(row),
                findings(row),
                row.getLong("version"),
                row.getOffsetDateTime("created_at").toInstant());
    }

    static Scope scope(Row row) {
        return new Scope(new OrgId(row.getUUID("org_id")), new EnvironmentName(row.getString("environment")));
    }

    private static Placeholder placeholder(Row row) {
        if (!row.getBoolean("is_placeholder")) {
            return Placeholder.NO;
        }
        return row.getBoolean("is_guessed") ? Placeholder.GUESSED : Placeholder.GIVEN;
    }

    private static Labels labels(Row row) {
        return new Labels(
                mapped(row.getString("auth_subject"), AuthSubject::new),
                row.getString("name"),
                row.getString("cwd"),
                row.getString("harness_version"),
                row.getString("harness_metadata"));
    }

    private static Lifetime lifetime(Row row) {
        return new Lifetime(
                State.of(row.getString("state")),
                row.getInteger("epoch"),
                instant(row, "started_at"),
                instant(row, "last_event_at"),
                instant(row, "last_received_at"),
                instant(row, "ended_at"),
                mapped(row.getString("end_reason"), EndReason::of),
                instant(row, "suspended_at"),
                instant(row, "closed_at"));
    }

    static Totals totals(Row row) {
        return new Totals(
                row.getLong("turn_count"),
                row.getLong("late_turn_count"),
                row.getLong("input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("cache_read_tokens"),
                row.getLong("cache_write_tokens"),
                row.getLong("reasoning_tokens"),
                row.getLong("tool_calls"),
                row.getLong("tool_errors"),
                row.getLong("cost_nano_usd"),
                row.getLong("unpriced_turns"));
    }

    private static Findings findings(Row row) {
        @Nullable String title = row.getString("derived_title");
        return new Findings(
                Outcome.of(row.getString("outcome")),
                instant(row, "outcome_at"),
                title == null ? null : new Title(title, HARNESS.equals(row.getString("title_source"))),
                ModelUsageJson.parse(row.getString("model_usage")));
    }

    static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable UUID uuid(@Nullable SessionId id) {
        return id == null ? null : id.value();
    }

    private static <A, B> @Nullable B mapped(@Nullable A value, Function<A, B> form) {
        return value == null ? null : form.apply(value);
    }
}

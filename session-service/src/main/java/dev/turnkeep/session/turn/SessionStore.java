package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SessionRows.uuid;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.EndReason;
import dev.turnkeep.contracts.lifecycle.ModelUsageJson;
import dev.turnkeep.contracts.lifecycle.Placeholder;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.session.store.Buckets;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The turn transaction's statements on {@code sessions}. All of them are set-based. */
final class SessionStore {
    private static final String LOCK_ROWS = """
            SELECT %s
            FROM sessions s
            WHERE s.id = ANY ($1::uuid[])
            ORDER BY s.id
            FOR NO KEY UPDATE
            """.formatted(SessionRows.COLUMNS);

    private static final String READ_ROWS = """
            SELECT %s
            FROM sessions s
            WHERE s.id = ANY ($1::uuid[])
            """.formatted(SessionRows.COLUMNS);

    private static final String ANCESTORS = """
            WITH RECURSIVE up (id, parent) AS (
                SELECT s.id, s.parent_session_id FROM sessions s WHERE s.id = ANY ($1::uuid[])
                UNION
                SELECT s.id, s.parent_session_id FROM sessions s JOIN up ON s.id = up.parent
            )
            SELECT id, parent FROM up WHERE parent IS NOT NULL
            """;

    private static final String UPDATE = """
            UPDATE sessions s SET
                harness_id = n.harness_id,
                kafka_partition = n.kafka_partition,
                parent_session_id = n.parent_session_id,
                is_placeholder = n.is_placeholder,
                is_guessed = n.is_guessed,
                task_identifier = CASE WHEN s.is_placeholder THEN n.harness_id ELSE s.task_identifier END,
                auth_subject = n.auth_subject,
                name = n.name,
                cwd = n.cwd,
                harness_version = n.harness_version,
                harness_metadata = n.harness_metadata::json,
                state = n.state,
                epoch = n.epoch,
                started_at = n.started_at,
                last_event_at = n.last_event_at,
                last_received_at = n.last_received_at,
                idle_bucket = n.idle_bucket,
                ended_at = n.ended_at,
                end_reason = n.end_reason,
                suspended_at = n.suspended_at,
                turn_count = n.turn_count,
                late_turn_count = n.late_turn_count,
                input_tokens = n.input_tokens,
                output_tokens = n.output_tokens,
                cache_read_tokens = n.cache_read_tokens,
                cache_write_tokens = n.cache_write_tokens,
                reasoning_tokens = n.reasoning_tokens,
                tool_calls = n.tool_calls,
                tool_errors = n.tool_errors,
                cost_nano_usd = n.cost_nano_usd,
                unpriced_turns = n.unpriced_turns,
                status = n.status,
                outcome = n.outcome,
                outcome_at = n.outcome_at,
                derived_title = n.derived_title,
                title_source = n.title_source,
                model = n.model,
                model_usage = n.model_usage::jsonb,
                version = n.version,
                updated_at = n.updated_at
            FROM %s
            WHERE s.id = n.id AND s.org_id = n.org_id AND s.version = n.version - 1
            """.formatted(rows());

    private static final String INSERT = """
            INSERT INTO sessions (
                id, friendly_id, org_id, environment, harness_id, harness_session_id, actor_id, kafka_partition,
                parent_session_id, is_placeholder, is_guessed, type, task_identifier, auth_subject, name, cwd,
                harness_version, harness_metadata, state, epoch, started_at, last_event_at, last_received_at,
                idle_bucket, ended_at, end_reason, suspended_at, turn_count, late_turn_count, input_tokens,
                output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors,
                cost_nano_usd, unpriced_turns, status, outcome, outcome_at, derived_title, title_source, model,
                model_usage, version, created_at, updated_at)
            SELECT
                n.id, n.friendly_id, n.org_id, n.environment, n.harness_id, n.harness_session_id, n.actor_id,
                n.kafka_partition, n.parent_session_id, n.is_placeholder, n.is_guessed, 'ingest', n.harness_id,
                n.auth_subject, n.name, n.cwd, n.harness_version, n.harness_metadata::json, n.state, n.epoch,
                n.started_at, n.last_event_at, n.last_received_at, n.idle_bucket, n.ended_at, n.end_reason,
                n.suspended_at, n.turn_count, n.late_turn_count, n.input_tokens, n.output_tokens,
                n.cache_read_tokens, n.cache_write_tokens, n.reasoning_tokens, n.tool_calls, n.tool_errors,
                n.cost_nano_usd, n.unpriced_turns, n.status, n.outcome, n.outcome_at, n.derived_title, n.title_source,
                n.model, n.model_usage::jsonb, n.version, n.created_at, n.updated_at
            FROM %s
            """.formatted(rows());

    private SessionStore() {}

    private static String rows() {
        return """
            unnest(
                $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
                $9::uuid[], $10::boolean[], $11::boolean[], $12::text[], $13::text[], $14::text[], $15::text[],
                $16::text[], $17::text[], $18::integer[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[],
                $22::timestamptz[], $23::timestamptz[], $24::text[], $25::timestamptz[], $26::bigint[], $27::bigint[],
                $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[], $32::bigint[], $33::bigint[], $34::bigint[],
                $35::bigint[], $36::bigint[], $37::text[], $38::text[], $39::timestamptz[], $40::text[], $41::text[],
                $42::text[], $43::text[], $44::bigint[], $45::timestamptz[], $46::timestamptz[])
            AS n (
                id, friendly_id, org_id, environment, harness_id, harness_session_id, actor_id, kafka_partition,
                parent_session_id, is_placeholder, is_guessed, auth_subject, name, cwd, harness_version,
                harness_metadata, state, epoch, started_at, last_event_at, last_received_at, idle_bucket, ended_at,
                end_reason, suspended_at, turn_count, late_turn_count, input_tokens, output_tokens, cache_read_tokens,
                cache_write_tokens, reasoning_tokens, tool_calls, tool_errors, cost_nano_usd, unpriced_turns, status,
                outcome, outcome_at, derived_title, title_source, model, model_usage, version, created_at, updated_at)""";
    }

    /** Takes the buckets' locks until the end of the transaction, in the order given: ascending. */
    static Future<List<Row>> lockBuckets(SqlConnection connection, Collection<Integer> ascending) {
        return Buckets.lock(ascending).on(connection);
    }

    /** Locks rows in the order of their ids and reads them as they are once the lock is held. */
    static Future<List<Session>> lock(SqlConnection connection, Collection<SessionId> ids) {
        return sessions(connection, LOCK_ROWS, ids);
    }

    /** Reads rows that the batch looks at and does not change. */
    static Future<List<Session>> read(SqlConnection connection, Collection<SessionId> ids) {
        return sessions(connection, READ_ROWS, ids);
    }

    private static Future<List<Session>> sessions(SqlConnection connection, String sql, Collection<SessionId> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of((Object) uuids(ids)))
                .map(rows -> rows.stream().map(SessionRows::session).toList());
    }

    /** Child to parent, from the given sessions up to their roots. */
    static Future<Map<SessionId, SessionId>> ancestors(SqlConnection connection, Collection<SessionId> of) {
        if (of.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return connection
                .preparedQuery(ANCESTORS)
                .execute(Tuple.of((Object) uuids(of)))
                .map(rows -> {
                    Map<SessionId, SessionId> parents = new HashMap<>();
                    rows.forEach(
                            row -> parents.put(new SessionId(row.getUUID("id")), new SessionId(row.getUUID("parent"))));
                    return parents;
                });
    }

    /** Writes rows that were locked; answers how many were as they had been read. */
    static Future<Integer> update(
            SqlConnection connection, List<Session> sessions, Function<Session, Duration> idle, Instant now) {
        if (sessions.isEmpty()) {
            return Future.succeededFuture(0);
        }
        return connection
                .preparedQuery(UPDATE)
                .execute(columns(sessions, idle, now))
                .map(RowSet::rowCount);
    }

    static Future<Integer> insert(
            SqlConnection connection, List<Session> sessions, Function<Session, Duration> idle, Instant now) {
        if (sessions.isEmpty()) {
            return Future.succeededFuture(0);
        }
        return connection
                .preparedQuery(INSERT)
                .execute(columns(sessions, idle, now))
                .map(RowSet::rowCount);
    }

    private static Tuple columns(List<Session> sessions, Function<Session, Duration> idle, Instant now) {
        return Columns.of(sessions)
                .uuid(s -> s.id().value())
                .text(s -> s.id().friendly())
                .uuid(s -> s.scope().org().value())
                .text(s -> s.scope().environment().value())
                .text(s -> s.harness().value())
                .text(s ->
                        s.harnessSession() == null ? null : s.harnessSession().value())
                .text(s -> s.actor() == null ? null : s.actor().value())
                .integer(Session::partition)
                .uuid(s -> uuid(s.parent()))
                .bool(s -> s.placeholder() != Placeholder.NO)
                .bool(s -> s.placeholder() == Placeholder.GUESSED)
                .text(s -> s.labels().subject() == null
                        ? null
                        : s.labels().subject().value())
                .text(s -> s.labels().name())
                .text(s -> s.labels().cwd())
                .text(s -> s.labels().harnessVersion())
                .text(s -> s.labels().harnessMetadata())
                .text(s -> s.lifetime().state().text())
                .integer(s -> s.lifetime().epoch())
                .time(s -> s.lifetime().startedAt())
                .time(s -> s.lifetime().lastEventAt())
                .time(s -> s.lifetime().lastReceivedAt())
                .time(s -> idleBucket(s, idle.apply(s)))
                .time(s -> s.lifetime().endedAt())
                .text(s -> reason(s.lifetime().endReason()))
                .time(s -> s.lifetime().suspendedAt())
                .bigint(s -> s.totals().turns())
                .bigint(s -> s.totals().lateTurns())
                .bigint(s -> s.totals().inputTokens())
                .bigint(s -> s.totals().outputTokens())
                .bigint(s -> s.totals().cacheReadTokens())
                .bigint(s -> s.totals().cacheWriteTokens())
                .bigint(s -> s.totals().reasoningTokens())
                .bigint(s -> s.totals().toolCalls())
                .bigint(s -> s.totals().toolErrors())
                .bigint(s -> s.totals().costNanoUsd())
                .bigint(s -> s.totals().unpricedTurns())
                .text(s -> s.status().text())
                .text(s -> s.findings().outcome().text())
                .time(s -> s.findings().outcomeAt())
                .text(s -> s.findings().title() == null
                        ? null
                        : s.findings().title().text())
                .text(s -> SessionRows.titleSource(s.findings().title()))
                .text(s -> s.findings().models().mainModel())
                .text(s -> ModelUsageJson.write(s.findings().models()))
                .bigint(Session::version)
                .time(Session::createdAt)
                .time(s -> now)
                .tuple();
    }

    /** The deadline of an open epoch, floored to the minute: it moves once a minute and not with every turn. */
    private static @Nullable Instant idleBucket(Session session, Duration idle) {
        Instant received = session.lifetime().lastReceivedAt();
        return session.lifetime().state().live() && received != null
                ? received.plus(idle).truncatedTo(ChronoUnit.MINUTES)
                : null;
    }

    private static @Nullable String reason(@Nullable EndReason reason) {
        return reason == null ? null : reason.text();
    }

    private static UUID[] uuids(Collection<SessionId> ids) {
        return ids.stream().map(SessionId::value).toArray(UUID[]::new);
    }
}

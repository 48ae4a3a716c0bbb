package dev.turnkeep.session.control;

import static dev.turnkeep.session.control.ControlStore.scoped;
import static dev.turnkeep.session.control.ControlStore.time;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.control.NewSession.HarnessKey;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Updates;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements of create. */
final class CreateStore {
    /** The harness of sessions that no harness has: they are fed by their id or their external id. */
    static final String NO_HARNESS = "api";

    private static final String INSERT = """
            INSERT INTO sessions AS s (
                org_id, environment, id, friendly_id, harness_id, harness_session_id, external_id, type, task_identifier,
                tags, metadata, trigger_config, current_run_id, current_run_version, state, expires_at, version, created_at,
                updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12::text::jsonb, $13, 1, 'created', $14, 1,
                    $15, $15)
            """;

    /** One that goes on under its name gets the newest trigger config; nothing else of it is overwritten. */
    private static final String UPSERT = INSERT + """
            ON CONFLICT (org_id, environment, external_id) WHERE external_id IS NOT NULL AND retired_at IS NULL
            DO UPDATE SET
                trigger_config = excluded.trigger_config,
                current_run_id = coalesce(s.current_run_id, excluded.current_run_id),
                current_run_version = coalesce(s.current_run_version, excluded.current_run_version),
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, excluded.updated_at)
            WHERE s.type = excluded.type AND s.task_identifier = excluded.task_identifier
              AND s.closed_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > excluded.created_at)
              AND (s.trigger_config IS DISTINCT FROM excluded.trigger_config OR s.current_run_id IS NULL)
            RETURNING s.id
            """;

    private static final String INSERT_UNLESS_THERE = INSERT + """
            ON CONFLICT DO NOTHING
            RETURNING s.id
            """;

    private static final String BY_EXTERNAL_ID = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.external_id = $3 AND s.retired_at IS NULL
            FOR NO KEY UPDATE
            """.formatted(Sought.COLUMNS);

    private static final String BY_ID = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
            FOR NO KEY UPDATE
            """.formatted(Sought.COLUMNS);

    /** By either name, in the one order in which rows are locked. */
    private static final String BY_NAMES = """
            SELECT %s
            FROM sessions s
            WHERE s.id IN (
                SELECT k.id
                FROM sessions k
                WHERE k.org_id = $1 AND k.environment = $2 AND k.harness_session_id = $4 AND k.retired_at IS NULL
                  AND (k.harness_id = $3 OR k.is_guessed)
                UNION
                SELECT e.id
                FROM sessions e
                WHERE e.org_id = $1 AND e.environment = $2 AND e.external_id = $5 AND e.retired_at IS NULL)
            ORDER BY s.id
            FOR NO KEY UPDATE
            """.formatted(Sought.COLUMNS);

    /** A session that turns have made, or that a fork has announced, becomes what its creator wants; once. */
    private static final String CLAIM = """
            UPDATE sessions s SET
                is_placeholder = false,
                is_guessed = false,
                harness_id = $4,
                harness_session_id = $5,
                external_id = coalesce(s.external_id, $6),
                type = $7,
                task_identifier = $8,
                tags = $9,
                metadata = $10::text::jsonb,
                trigger_config = $11::text::jsonb,
                current_run_id = $12,
                current_run_version = coalesce(s.current_run_version, 0) + 1,
                expires_at = $13,
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, $14)
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
            RETURNING s.epoch, s.version
            """;

    /** A session of the API gets the name that a harness has for it. */
    private static final String JOIN = """
            UPDATE sessions s SET
                harness_id = $4,
                harness_session_id = $5,
                external_id = coalesce(s.external_id, $6),
                trigger_config = $7::text::jsonb,
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, $8)
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
            RETURNING s.epoch, s.version
            """;

    private static final String REFRESH = """
            UPDATE sessions s SET
                trigger_config = $4::text::jsonb,
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, $5)
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
              AND s.trigger_config IS DISTINCT FROM $4::text::jsonb
            """;

    private static final String REMEMBER = """
            INSERT INTO session_requests (org_id, environment, request_key, session_id, created_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (org_id, environment, request_key) DO UPDATE SET
                session_id = excluded.session_id, created_at = excluded.created_at
            WHERE session_requests.created_at < $6
            RETURNING session_id
            """;

    private static final String REMEMBERED = """
            SELECT r.session_id
            FROM session_requests r
            WHERE r.org_id = $1 AND r.environment = $2 AND r.request_key = $3
            """;

    /** A few at a time, past those that others are forgetting. */
    private static final String FORGET = """
            DELETE FROM session_requests r
            WHERE r.org_id = $1 AND r.environment = $2 AND r.request_key IN (
                SELECT o.request_key
                FROM session_requests o
                WHERE o.org_id = $1 AND o.environment = $2 AND o.created_at < $3
                ORDER BY o.created_at
                LIMIT 20
                FOR UPDATE SKIP LOCKED)
            """;

    private CreateStore() {}

    /** The row that came back: its own id for a new session; empty when there is one that stays as it is. */
    static Optional<SessionId> upsert(Work work, Scope scope, SessionId id, RunId run, NewSession wanted, Instant now) {
        return insert(work, UPSERT, scope, id, run, wanted, now);
    }

    /** False when one of its names is in use by now. */
    static boolean insert(Work work, Scope scope, SessionId id, RunId run, NewSession wanted, Instant now) {
        return insert(work, INSERT_UNLESS_THERE, scope, id, run, wanted, now).isPresent();
    }

    private static Optional<SessionId> insert(
            Work work, String sql, Scope scope, SessionId id, RunId run, NewSession wanted, Instant now) {
        HarnessKey harness = wanted.harness();
        return work.row(scoped(
                        scope,
                        sql,
                        id.value(),
                        id.friendly(),
                        harness == null ? NO_HARNESS : harness.harness().value(),
                        harness == null ? null : harness.session().value(),
                        external(wanted.external()),
                        wanted.type(),
                        wanted.task(),
                        wanted.tags().toArray(String[]::new),
                        wanted.metadata().orElse("null"),
                        wanted.config().json(),
                        run.value(),
                        wanted.expiresAt() == null ? null : time(wanted.expiresAt()),
                        time(now)))
                .map(row -> new SessionId(row.getUUID("id")));
    }

    static Optional<Sought> byExternalId(Work work, Scope scope, ExternalId external) {
        return work.row(scoped(scope, BY_EXTERNAL_ID, external.value())).map(Sought::of);
    }

    static Optional<Sought> byId(Work work, Scope scope, SessionId id) {
        return work.row(scoped(scope, BY_ID, id.value())).map(Sought::of);
    }

    static List<Sought> byNames(Work work, Scope scope, HarnessKey key, @Nullable ExternalId external) {
        return work
                .rows(scoped(
                        scope, BY_NAMES, key.harness().value(), key.session().value(), external(external)))
                .stream()
                .map(Sought::of)
                .toList();
    }

    static void claim(Work work, Scope scope, SessionId id, HarnessKey key, RunId run, NewSession wanted, Instant now) {
        Row row = work.row(scoped(
                        scope,
                        CLAIM,
                        id.value(),
                        key.harness().value(),
                        key.session().value(),
                        external(wanted.external()),
                        wanted.type(),
                        wanted.task(),
                        wanted.tags().toArray(String[]::new),
                        wanted.metadata().orElse("null"),
                        wanted.config().json(),
                        run.value(),
                        wanted.expiresAt() == null ? null : time(wanted.expiresAt()),
                        time(now)))
                .orElseThrow();
        Updates.tell(work, scope, id, row.getInteger("epoch"), row.getLong("version"), now);
    }

    static void join(Work work, Scope scope, SessionId id, HarnessKey key, NewSession wanted, Instant now) {
        Row row = work.row(scoped(
                        scope,
                        JOIN,
                        id.value(),
                        key.harness().value(),
                        key.session().value(),
                        external(wanted.external()),
                        wanted.config().json(),
                        time(now)))
                .orElseThrow();
        Updates.tell(work, scope, id, row.getInteger("epoch"), row.getLong("version"), now);
    }

    static void refresh(Work work, Scope scope, SessionId id, NewSession wanted, Instant now) {
        work.rows(scoped(scope, REFRESH, id.value(), wanted.config().json(), time(now)));
    }

    /** The session that a request's key stands for: the given one when the key is new. */
    static SessionId remember(Work work, Scope scope, RequestKey key, SessionId session, Instant now, Duration kept) {
        work.rows(scoped(scope, FORGET, time(now.minus(kept))));
        return work.row(scoped(scope, REMEMBER, key.value(), session.value(), time(now), time(now.minus(kept))))
                .or(() -> work.row(scoped(scope, REMEMBERED, key.value())))
                .map(row -> new SessionId(row.getUUID("session_id")))
                .orElse(session);
    }

    private static @Nullable String external(@Nullable ExternalId external) {
        return external == null ? null : external.value();
    }
}

package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import dev.turnkeep.session.store.Updates;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The control plane's statements on one session. */
final class ControlStore {
    private static final String BY_ID = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """.formatted(Item.COLUMNS);

    private static final String BY_EXTERNAL_ID = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.external_id = $3 AND s.retired_at IS NULL
              AND NOT s.is_placeholder
            """.formatted(Item.COLUMNS);

    /** What is absent stays. Under the row's lock, so that the version is the one that the event names. */
    private static final String LABEL = """
            UPDATE sessions s SET
                tags = coalesce($4, s.tags),
                metadata = coalesce($5::text::jsonb, s.metadata),
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, $6)
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
            RETURNING s.version, s.epoch
            """;

    /** Only the run that is known as the current one hands over, and only of a session that is neither closed nor expired. */
    private static final String HAND_OVER = """
            UPDATE sessions s SET
                current_run_id = $5,
                current_run_version = coalesce(s.current_run_version, 0) + 1,
                trigger_config = CASE WHEN $6 THEN coalesce(s.trigger_config, '{"basePayload":{}}') - 'externalDeploymentId'
                        || CASE WHEN $7::text IS NULL THEN '{}'::jsonb
                           ELSE jsonb_build_object('externalDeploymentId', $7::text) END
                    ELSE s.trigger_config END,
                version = s.version + 1,
                updated_at = GREATEST(s.updated_at, $8)
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND s.current_run_id = $4
              AND s.closed_at IS NULL AND s.retired_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $8)
            RETURNING s.id
            """;

    private static final String RECORD_RUN = """
            INSERT INTO session_runs (org_id, environment, run_id, session_id, reason, created_at)
            VALUES ($1, $2, $4, $3, $5, $6)
            """;

    private static final String RUN = """
            SELECT r.run_id FROM session_runs r WHERE r.org_id = $1 AND r.environment = $2 AND r.run_id = $3
            """;

    private ControlStore() {}

    /** The session that a reference names; an external id names the one that is not retired. */
    static Optional<Row> find(Work work, Scope scope, SessionRef session) {
        return switch (session) {
            case SessionRef.ById(SessionId id) -> byId(work, scope, id);
            case SessionRef.ByExternalId(String name) ->
                name.indexOf('\0') >= 0 ? Optional.empty() : work.row(scoped(scope, BY_EXTERNAL_ID, name));
            case SessionRef.Unknown _ -> Optional.empty();
        };
    }

    static Optional<Row> byId(Work work, Scope scope, SessionId id) {
        return work.row(scoped(scope, BY_ID, id.value()));
    }

    /** Sets labels and tells the world. */
    static void label(
            Work work, Scope scope, SessionId id, @Nullable List<String> tags, @Nullable String metadata, Instant now) {
        Row changed = work.row(scoped(
                        scope,
                        LABEL,
                        id.value(),
                        tags == null ? null : tags.toArray(String[]::new),
                        metadata,
                        time(now)))
                .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, "Session not found"));
        Updates.tell(work, scope, id, changed.getInteger("epoch"), changed.getLong("version"), now);
    }

    static boolean handOver(Work work, Scope scope, SessionId id, RunId from, RunId to, HandOver.Pin pin, Instant now) {
        return work.row(scoped(
                        scope,
                        HAND_OVER,
                        id.value(),
                        from.value(),
                        to.value(),
                        pin.changed(),
                        pin.deployment(),
                        time(now)))
                .isPresent();
    }

    static void recordRun(Work work, Scope scope, SessionId id, RunId run, String reason, Instant now) {
        work.rows(scoped(scope, RECORD_RUN, id.value(), run.value(), reason, time(now)));
    }

    static boolean knowsRun(Work work, Scope scope, RunId run) {
        return work.row(scoped(scope, RUN, run.value())).isPresent();
    }

    static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static Statement scoped(Scope scope, String sql, @Nullable Object... parameters) {
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value());
        for (Object parameter : parameters) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }
}

package dev.turnkeep.session.lifecycle;

import dev.turnkeep.contracts.id.LeaseHolder;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements on a session's state and on its leases. */
final class LifecycleStore {
    private static final String LOCKED = """
            SELECT s.id, s.state, s.epoch, s.version
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            FOR NO KEY UPDATE
            """;

    /** A share lock: the reaper, which locks the row to end it, either sees the lease or comes first. */
    private static final String SHARED = """
            SELECT s.id, s.state, s.epoch, s.version
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            FOR SHARE
            """;

    private static final String CHANGE = """
            SELECT c.id, c.started_at, c.ended_at, c.turn_count
            FROM change_sessions($1::uuid[], $2::bigint[], $3::uuid[], $4, $5, $6) AS c
            """;

    private static final String DEADLINE = """
            SELECT s.last_received_at,
                   extract(epoch FROM coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout))::float8
                       AS idle_seconds
            FROM sessions s
            JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND s.state = 'open' AND s.last_received_at IS NOT NULL
            """;

    /** Postgres' clock, which the reaper compares with too. A lease that had run out begins anew. */
    private static final String LEASE = """
            INSERT INTO session_leases AS held (org_id, environment, session_id, holder, acquired_at, expires_at)
            VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + $5::text::interval)
            ON CONFLICT (session_id, holder) DO UPDATE SET
                acquired_at = CASE WHEN held.expires_at > clock_timestamp() THEN held.acquired_at
                    ELSE excluded.acquired_at END,
                expires_at = excluded.expires_at
            RETURNING session_id, holder, acquired_at, expires_at
            """;

    private static final String RELEASE = """
            DELETE FROM session_leases l
            WHERE l.org_id = $1 AND l.environment = $2 AND l.session_id = $3 AND l.holder = $4
            """;

    private LifecycleStore() {}

    /** A session's place in its life, read under a lock. */
    record Standing(State state, int epoch, long version) {}

    /** When an open session is idle. */
    record IdleFrom(Instant lastReceivedAt, Duration idle) {}

    /** An ended epoch, for the metrics. */
    record Ended(@Nullable Instant startedAt, @Nullable Instant endedAt, long turns) {}

    static Optional<Standing> lock(Work work, Scope scope, SessionId session) {
        return standing(work, LOCKED, scope, session);
    }

    static Optional<Standing> share(Work work, Scope scope, SessionId session) {
        return standing(work, SHARED, scope, session);
    }

    private static Optional<Standing> standing(Work work, String sql, Scope scope, SessionId session) {
        return work.row(of(sql, scope, session))
                .map(row -> new Standing(
                        State.of(row.getString("state")), row.getInteger("epoch"), row.getLong("version")));
    }

    /** Makes a change of a locked row; empty when the row was not as the change has it. */
    static Optional<Ended> change(Work work, Change change, Instant at) {
        return work.row(Statement.of(
                        CHANGE,
                        new UUID[] {change.session().value()},
                        new Long[] {change.version()},
                        new UUID[] {change.eventId().value()},
                        change.type().text(),
                        change.reason(),
                        at.atOffset(ZoneOffset.UTC)))
                .map(row -> new Ended(instant(row, "started_at"), instant(row, "ended_at"), row.getLong("turn_count")));
    }

    static Optional<IdleFrom> deadline(Work work, Scope scope, SessionId session) {
        return work.row(of(DEADLINE, scope, session))
                .map(row -> new IdleFrom(
                        row.getOffsetDateTime("last_received_at").toInstant(),
                        Duration.ofMillis(Math.round(row.getDouble("idle_seconds") * 1000))));
    }

    static Row lease(Work work, Scope scope, SessionId session, LeaseHolder holder, Duration ttl) {
        return work.row(Statement.of(
                        LEASE,
                        scope.org().value(),
                        scope.environment().value(),
                        session.value(),
                        holder.value(),
                        ttl.toString()))
                .orElseThrow();
    }

    static void release(Work work, Scope scope, SessionId session, LeaseHolder holder) {
        work.rows(Statement.of(
                RELEASE, scope.org().value(), scope.environment().value(), session.value(), holder.value()));
    }

    private static Statement of(String sql, Scope scope, SessionId session) {
        return Statement.of(sql, scope.org().value(), scope.environment().value(), session.value());
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}

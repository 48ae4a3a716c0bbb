package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the snapshots of erased sessions: at once, and again when no link from before can put one there any more. Any node
 * may do it, and do it twice. Whoever takes one puts its next try off, so that a crash, or a store that does not answer,
 * costs a pause and nothing else.
 */
@Singleton
class SnapshotDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDeletions.class);
    private static final int AT_ONCE = 20;

    private static final String TAKE = """
        UPDATE erased_snapshots s SET
            attempts = s.attempts + 1,
            due_at = clock_timestamp() + LEAST(interval '1 second' * power(2, LEAST(s.attempts, 16)), interval '10 minutes')
        WHERE s.session_id IN (
            SELECT d.session_id FROM erased_snapshots d
            WHERE d.due_at <= clock_timestamp()
            ORDER BY d.due_at
            LIMIT $1
            FOR UPDATE SKIP LOCKED)
        RETURNING s.session_id, s.org_id, s.environment, s.links_until <= clock_timestamp() AS last
        """;

    private static final String AGAIN = """
        UPDATE erased_snapshots s SET due_at = s.links_until, attempts = 0 WHERE s.org_id = $1 AND s.session_id = $2
        """;

    private static final String DONE = "DELETE FROM erased_snapshots s WHERE s.org_id = $1 AND s.session_id = $2";

    private final Database database;
    private final Snapshots snapshots;
    private final SnapshotsConfig config;
    private final MeterRegistry registry;
    private final Vertx vertx;
    private final AtomicBoolean busy = new AtomicBoolean();
    private long timer;

    SnapshotDeletions(
            Database database, Snapshots snapshots, SnapshotsConfig config, MeterRegistry registry, Vertx vertx) {
        this.database = database;
        this.snapshots = snapshots;
        this.config = config;
        this.registry = registry;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent starting) {
        if (snapshots.areOffered()) {
            timer = vertx.setPeriodic(
                    config.deleteEvery().toMillis(),
                    _ -> Thread.ofVirtual().name("snapshots").start(this::deleteDue));
        }
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private void deleteDue() {
        if (!busy.compareAndSet(false, true)) {
            return;
        }
        try {
            int taken = AT_ONCE;
            while (taken == AT_ONCE) {
                List<Row> due = database.asOperator(work -> work.rows(Statement.of(TAKE, AT_ONCE)));
                due.forEach(this::delete);
                taken = due.size();
            }
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("failure", e.getClass().getName()).log("snapshots wait to be deleted");
        } finally {
            busy.set(false);
        }
    }

    private void delete(Row row) {
        Scope scope = new Scope(new OrgId(row.getUUID("org_id")), new EnvironmentName(row.getString("environment")));
        SessionId session = new SessionId(row.getUUID("session_id"));
        Snapshots.Deletion deletion = snapshots.delete(scope, session);
        registry.counter(
                        "turnkeep_snapshot_deletions",
                        "outcome",
                        deletion.name().toLowerCase(Locale.ROOT))
                .increment();
        switch (deletion) {
            case DELETED ->
                database.asOperator(work -> work.rows(Statement.of(
                        row.getBoolean("last") ? DONE : AGAIN, scope.org().value(), session.value())));
            case FAILED -> LOG.atWarn().addKeyValue("session", session).log("a snapshot could not be deleted");
        }
    }
}

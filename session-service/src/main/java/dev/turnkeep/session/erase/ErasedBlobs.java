package dev.turnkeep.session.erase;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what turns of erased sessions named and no turn names any more. Which those are, the environment's turns say: they
 * are read once without any lock, and those that were stored since once more under the locks of the few that are left then.
 * So what others use is never locked; a turn that brings the very thing that only the erased session had waits for that
 * second look, which is given up when it takes long.
 */
@Singleton
class ErasedBlobs {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedBlobs.class);
    private static final int AT_ONCE = 1000;
    private static final int SCOPES = 10;
    private static final Duration EVERY = Duration.ofSeconds(30);
    /** For reading a very large environment, with nothing locked; less than a connection may be silent. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** For reading what was stored since, under locks that turns wait for. */
    private static final Duration LOCKED = Duration.ofSeconds(1);
    /** Longer than any transaction of turns, and than clocks differ. */
    private static final Duration SINCE = Duration.ofMinutes(15);

    private static final OffsetDateTime EVER = OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC);

    private static final String PATIENTLY = "SELECT set_config('statement_timeout', $1, true)";

    private static final String NOTED = """
        SELECT e.digest, e.noted_at
        FROM erased_blobs e
        WHERE e.org_id = $1 AND e.environment = $2
        ORDER BY e.digest
        LIMIT $3
        """;

    private static final String UNNAMED = """
        SELECT k.digest
        FROM unnest($3::bytea[]) AS k (digest)
        WHERE k.digest NOT IN (
            SELECT d.digest
            FROM turns t
            CROSS JOIN LATERAL (VALUES (t.system_digest), (t.tools_digest), (t.params_digest)) AS d (digest)
            WHERE t.org_id = $1 AND t.environment = $2 AND t.created_at >= $4 AND d.digest = ANY ($3::bytea[]))
        """;

    private static final String NOW = "SELECT clock_timestamp() AS now";

    /** In the order in which turns hold them. */
    private static final String LOCK = """
        SELECT b.digest
        FROM blobs b
        WHERE b.org_id = $1 AND b.environment = $2 AND b.digest = ANY ($3::bytea[])
        ORDER BY b.digest
        FOR UPDATE
        """;

    private static final String DELETE =
            "DELETE FROM blobs b WHERE b.org_id = $1 AND b.environment = $2 AND b.digest = ANY ($3::bytea[])";

    private static final String FORGET = """
        DELETE FROM erased_blobs e USING unnest($3::bytea[], $4::timestamptz[]) AS k (digest, noted_at)
        WHERE e.org_id = $1 AND e.environment = $2 AND e.digest = k.digest AND e.noted_at = k.noted_at
        """;

    /** Whoever takes an environment puts its next try off. */
    private static final String TAKE = """
        UPDATE erased_blobs e SET due_at = clock_timestamp() + interval '5 minutes'
        FROM (SELECT DISTINCT d.org_id, d.environment FROM erased_blobs d WHERE d.due_at <= clock_timestamp() LIMIT $1) AS s
        WHERE e.org_id = s.org_id AND e.environment = s.environment
        RETURNING e.org_id, e.environment
        """;

    private final Database database;
    private final Vertx vertx;
    private final AtomicBoolean busy = new AtomicBoolean();
    private long timer;

    ErasedBlobs(Database database, Vertx vertx) {
        this.database = database;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent starting) {
        timer = vertx.setPeriodic(
                EVERY.toMillis(), _ -> Thread.ofVirtual().name("erased-blobs").start(this::deleteDue));
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    /** Looks after what has just been noted, without waiting for it. */
    void soon() {
        Thread.ofVirtual().name("erased-blobs").start(this::deleteDue);
    }

    private void deleteDue() {
        if (!busy.compareAndSet(false, true)) {
            return;
        }
        try {
            database.asOperator(work -> work.rows(Statement.of(TAKE, SCOPES))).stream()
                    .map(row -> new Scope(
                            new OrgId(row.getUUID("org_id")), new EnvironmentName(row.getString("environment"))))
                    .distinct()
                    .forEach(this::tryToDelete);
        } catch (RuntimeException e) {
            waits(e);
        } finally {
            busy.set(false);
        }
    }

    /** What cannot be done now is tried again when it is due; the other environments do not wait for it. */
    private void tryToDelete(Scope scope) {
        try {
            delete(scope);
        } catch (RuntimeException e) {
            waits(e);
        }
    }

    private static void waits(RuntimeException failure) {
        LOG.atWarn()
                .addKeyValue("failure", failure.getClass().getName())
                .log("content of erased sessions waits to be deleted");
    }

    private void delete(Scope scope) {
        List<Row> noted;
        do {
            OffsetDateTime now = inOrg(scope, PATIENCE, work -> work.row(new Statement(NOW, Tuple.tuple()))
                    .orElseThrow()
                    .getOffsetDateTime("now"));
            noted = inOrg(scope, PATIENCE, work -> work.rows(of(scope, NOTED, AT_ONCE)));
            if (noted.isEmpty()) {
                return;
            }
            List<Row> found = noted;
            List<Row> unnamed = inOrg(scope, PATIENCE, work -> unnamed(work, scope, found, EVER));
            List<Row> gone = inOrg(scope, LOCKED, work -> deleted(work, scope, unnamed, now.minus(SINCE)));
            Object times =
                    found.stream().map(row -> row.getOffsetDateTime("noted_at")).toArray(OffsetDateTime[]::new);
            inOrg(scope, PATIENCE, work -> work.rows(of(scope, FORGET, digests(found), times)));
            LOG.atDebug().addKeyValue("blobs", gone.size()).log("content of erased sessions is deleted");
        } while (noted.size() == AT_ONCE);
    }

    private static List<Row> deleted(Work work, Scope scope, List<Row> unnamed, OffsetDateTime since) {
        if (unnamed.isEmpty()) {
            return List.of();
        }
        work.rows(of(scope, LOCK, (Object) digests(unnamed)));
        List<Row> still = unnamed(work, scope, unnamed, since);
        work.rows(of(scope, DELETE, (Object) digests(still)));
        return still;
    }

    /** @param since when the turns that are looked at were stored, at the earliest */
    private static List<Row> unnamed(Work work, Scope scope, List<Row> blobs, OffsetDateTime since) {
        return work.rows(of(scope, UNNAMED, digests(blobs), since));
    }

    private interface Part<T> {
        T run(Work work);
    }

    /** @param patience how long a statement may take */
    private <T> T inOrg(Scope scope, Duration patience, Part<T> part) {
        return database.inOrg(scope.org(), work -> {
            work.rows(Statement.of(PATIENTLY, Long.toString(patience.toMillis())));
            return part.run(work);
        });
    }

    private static Buffer[] digests(List<Row> rows) {
        return rows.stream().map(row -> row.getBuffer("digest")).toArray(Buffer[]::new);
    }

    private static Statement of(Scope scope, String sql, Object... parameters) {
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value());
        for (Object parameter : parameters) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }
}

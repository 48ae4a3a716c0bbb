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
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what turns of erased sessions named and no turn names any more. Which those are, the environment's turns say: they
 * are read once without any lock, and once more under the locks of the few that are left then. So what others use is never
 * locked, and no turn waits, but one that brings the very thing that only the erased session had.
 */
@Singleton
class ErasedBlobs {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedBlobs.class);
    private static final int AT_ONCE = 1000;
    private static final int SCOPES = 10;
    private static final Duration EVERY = Duration.ofSeconds(30);
    /** For a job that reads a very large environment; a request gives up sooner and leaves it to the job. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

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
            WHERE t.org_id = $1 AND t.environment = $2 AND d.digest = ANY ($3::bytea[]))
        """;

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

    /** Deletes what is noted of an environment. What cannot be done now is left to the job. */
    void tryToDelete(Scope scope) {
        try {
            delete(scope, Duration.ZERO);
        } catch (RuntimeException e) {
            LOG.atInfo()
                    .addKeyValue("failure", e.getClass().getName())
                    .log("content of an erased session is left for later");
        }
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
                    .forEach(scope -> delete(scope, PATIENCE));
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("failure", e.getClass().getName())
                    .log("content of erased sessions waits to be deleted");
        } finally {
            busy.set(false);
        }
    }

    /** @param patience how long a statement may take; zero for as long as any other */
    private void delete(Scope scope, Duration patience) {
        List<Row> noted;
        do {
            noted = inOrg(scope, patience, work -> work.rows(of(scope, NOTED, AT_ONCE)));
            if (noted.isEmpty()) {
                return;
            }
            List<Row> found = noted;
            List<Row> unnamed = inOrg(scope, patience, work -> work.rows(of(scope, UNNAMED, (Object) digests(found))));
            List<Row> gone = inOrg(scope, patience, work -> deleted(work, scope, unnamed));
            Object times =
                    found.stream().map(row -> row.getOffsetDateTime("noted_at")).toArray(OffsetDateTime[]::new);
            inOrg(scope, patience, work -> work.rows(of(scope, FORGET, digests(found), times)));
            LOG.atDebug().addKeyValue("blobs", gone.size()).log("content of erased sessions is deleted");
        } while (noted.size() == AT_ONCE);
    }

    private static List<Row> deleted(Work work, Scope scope, List<Row> unnamed) {
        if (unnamed.isEmpty()) {
            return List.of();
        }
        work.rows(of(scope, LOCK, (Object) digests(unnamed)));
        List<Row> still = work.rows(of(scope, UNNAMED, (Object) digests(unnamed)));
        work.rows(of(scope, DELETE, (Object) digests(still)));
        return still;
    }

    private interface Part<T> {
        T run(Work work);
    }

    private <T> T inOrg(Scope scope, Duration patience, Part<T> part) {
        return database.inOrg(scope.org(), work -> {
            if (patience.isPositive()) {
                work.rows(Statement.of(PATIENTLY, Long.toString(patience.toMillis())));
            }
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

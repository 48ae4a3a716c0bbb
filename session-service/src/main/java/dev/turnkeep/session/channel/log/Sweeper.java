package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.store.Database.Work;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what nobody can read any more: trimmed records, expired and deleted streams. In small transactions, one node at
 * a time; what one leaves out, the next one finds.
 */
@Singleton
public class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final int STREAMS = 100;
    /** It has time, and whoever writes has none. */
    private static final String BEGIN = "BEGIN; SET LOCAL lock_timeout = '1s'";

    /** In one transaction. */
    private static final long BYTES = 64L * 1024 * 1024;
    /** The smallest id. */
    private static final long NOTHING = 0;
    /** As long a writer waits for what it trimmed to be removed; what is left then, the next sweep finds. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private final ChannelPool pool;
    private final Tails tails;
    private final ChannelsConfig config;
    private final Vertx vertx;
    private final ReentrantLock turn = new ReentrantLock();
    private long timer;

    Sweeper(ChannelPool pool, Tails tails, ChannelsConfig config, Vertx vertx) {
        this.pool = pool;
        this.tails = tails;
        this.config = config;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent starting) {
        timer = vertx.setPeriodic(
                config.sweepEvery().toMillis(),
                _ -> Thread.ofVirtual().name("channels-sweep").start(this::sweepOnce));
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private void sweepOnce() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            sweepAll();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("failure", e.getClass().getName()).log("channels could not be swept");
        } finally {
            turn.unlock();
        }
    }

    /** Until nothing is left, or another node is at it. */
    public void sweep() {
        turn.lock();
        try {
            sweepAll();
        } finally {
            turn.unlock();
        }
    }

    private void sweepAll() {
        boolean alone = expired() && trimmed();
        while (alone) {
            // Every round empties some of them, or is done with all that it found.
            alone = alone(work -> {
                        Long[] deleted = SweepStore.deleted(work, STREAMS);
                        SweepStore.empty(work, deleted, config.sweepRecords(), BYTES);
                        return deleted.length > 0;
                    })
                    .orElse(false);
        }
        boolean more = true;
        while (more) {
            more = alone(work -> SweepStore.forget(work, config.remembered(), config.sweepRecords()))
                            .orElse(0)
                    == config.sweepRecords();
        }
    }

    /** Each by itself: one that somebody holds keeps no other. False when another node is at it. */
    private boolean expired() {
        OffsetDateTime deadline = null;
        long id = NOTHING;
        int found = STREAMS;
        while (found == STREAMS) {
            OffsetDateTime from = deadline;
            long after = id;
            Optional<List<Row>> rows = alone(work -> SweepStore.expired(work, STREAMS, from, after));
            if (rows.isEmpty()) {
                return false;
            }
            found = rows.get().size();
            for (Row row : rows.get()) {
                id = row.getLong("id");
                deadline = row.getOffsetDateTime("deadline");
                remove(id);
            }
        }
        return true;
    }

    private void remove(long id) {
        unlessHeld(() -> {
            StreamRemoval.Removed removed = transaction(work -> StreamRemoval.remove(work, id, true));
            removed.ids().forEach(tails::deleted);
        });
    }

    private boolean trimmed() {
        long after = NOTHING;
        Long[] ids = {after};
        while (ids.length > 0) {
            long seen = after;
            Optional<Long[]> next = alone(work -> SweepStore.trimmed(work, STREAMS, seen));
            if (next.isEmpty()) {
                return false;
            }
            ids = next.get();
            for (long id : ids) {
                after = id;
                unlessHeld(() -> {
                    boolean more = true;
                    while (more) {
                        more = trim(id);
                    }
                });
            }
        }
        return true;
    }

    /** Makes room in a stream that was just trimmed, for as long as a writer may wait. */
    public void makeRoom(long stream) {
        long end = System.nanoTime() + AT_ONCE.toNanos();
        unlessHeld(() -> {
            boolean more = true;
            while (more && System.nanoTime() - end < 0) {
                more = trim(stream);
            }
        });
    }

    private boolean trim(long id) {
        return transaction(work -> SweepStore.trim(work, id, config.sweepRecords(), BYTES));
    }

    /** What Postgres refuses now, because somebody holds it, is left to the next sweep. */
    private static void unlessHeld(Runnable step) {
        try {
            step.run();
        } catch (PgException e) {
            LOG.atInfo().addKeyValue("sqlstate", e.getSqlState()).log("a channel could not be swept this time");
        }
    }

    /** Empty when another node is sweeping. */
    private <T> Optional<T> alone(Function<Work, T> work) {
        return transaction(both -> SweepStore.alone(both) ? Optional.of(work.apply(both)) : Optional.empty());
    }

    private <T> T transaction(Function<Work, T> work) {
        SqlConnection connection = await(pool.pool().getConnection());
        boolean done = false;
        try {
            await(connection.query(BEGIN).execute());
            T result = work.apply(statement ->
                    await(connection.preparedQuery(statement.sql()).execute(statement.parameters())).stream()
                            .toList());
            await(connection.query("COMMIT").execute());
            done = true;
            return result;
        } finally {
            if (!done) {
                var unused = connection.query("ROLLBACK").execute();
            }
            connection.close();
        }
    }
}

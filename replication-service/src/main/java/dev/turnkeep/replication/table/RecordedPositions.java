package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Up to where ClickHouse has everything, kept in ClickHouse itself and written before Postgres is told. A ClickHouse that comes
 * back older than what Postgres was told is recognised by it: at a start, and with the next position while the service runs.
 *
 * <p>On a thread of its own; asked by the reader of the stream.
 */
final class RecordedPositions {
    private static final Logger LOG = Logger.getLogger(RecordedPositions.class);
    private static final String TABLE = "positions";
    // Bytes of log that are worth a write at once; less of it waits a while for company.
    private static final long MUCH = 64 * 1024;
    private static final Duration OFTEN = Duration.ofMillis(250);
    private static final Duration SELDOM = Duration.ofSeconds(1);

    private final ClickHouse clickHouse;
    private final String generation;
    private final TableTrouble trouble;
    private final Thread thread;
    private volatile Lsn wanted;
    private volatile Lsn recorded;
    private volatile boolean older;
    private volatile boolean stopped;

    /** @param from everything before it is there */
    RecordedPositions(ClickHouse clickHouse, String generation, Lsn from, TableTrouble trouble) {
        this.clickHouse = clickHouse;
        this.generation = generation;
        this.trouble = trouble;
        this.wanted = from;
        this.recorded = from;
        this.thread = Thread.ofVirtual().name("clickhouse-positions").start(this::run);
    }

    /** What is recorded of a generation; zero when nothing is. */
    static Lsn load(ClickHouse clickHouse, String generation) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT toString(max(position)) AS newest FROM %s WHERE generation = %s"
                        .formatted(clickHouse.qualified(TABLE), Literal.quoted(generation)));
        return new Lsn(Long.parseUnsignedLong(found.getFirst().getString("newest")));
    }

    /**
     * Everything before {@code stored} is stored.
     *
     * @return up to where that is recorded, too
     * @throws IllegalStateException when ClickHouse has lost what was recorded before
     */
    Lsn reached(Lsn stored) {
        if (older) throw new IllegalStateException("ClickHouse is older than what it had stored");
        wanted = stored;
        return recorded.isAfter(stored) ? stored : recorded;
    }

    /** The same at the end, when there is nobody left to wait for company. */
    synchronized Lsn finish(Lsn stored) {
        try {
            if (stored.isAfter(recorded)) record(stored);
        } catch (RuntimeException e) {
            LOG.warnf("the last position is not recorded, what follows the one before comes again: %s", e.getMessage());
        }
        return reached(stored);
    }

    private void run() {
        long recordedAt = System.nanoTime();
        int failures = 0;
        while (!stopped) {
            LockSupport.parkNanos(this, OFTEN.toNanos());
            Lsn next = wanted;
            long more = next.value() - recorded.value();
            boolean due = more >= MUCH || System.nanoTime() - recordedAt >= SELDOM.toNanos();
            if (stopped || !next.isAfter(recorded) || !due) continue;
            try {
                record(next);
                recordedAt = System.nanoTime();
                failures = 0;
                trouble.recovered(TABLE);
            } catch (RuntimeException | Error e) {
                // Rows are stored meanwhile, and nothing is acknowledged: nobody else would say so.
                if (!stopped) failed(++failures, e);
            }
        }
    }

    private void failed(int failures, Throwable e) {
        trouble.failing(TABLE, Instant.now(), "the position cannot be recorded: " + e.getMessage());
        if (Integer.bitCount(failures) == 1)
            LOG.warnf("position not recorded, nothing is acknowledged: failures=%d why=%s", failures, e.getMessage());
    }

    private synchronized void record(Lsn position) {
        if (recorded.isAfter(load(clickHouse, generation).max(first()))) {
            older = true;
            return;
        }
        clickHouse.execute("INSERT INTO %s (generation, position) VALUES (%s, %s)"
                .formatted(
                        clickHouse.qualified(TABLE),
                        Literal.quoted(generation),
                        Long.toUnsignedString(position.value())));
        recorded = position;
    }

    /** A generation begins where its name says: nothing is recorded then. */
    private Lsn first() {
        return Lsn.parse(generation.substring(generation.indexOf('@') + 1));
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}

package dev.turnkeep.benchmarks;

import dev.turnkeep.localstack.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the engine allows: writers that hand over one record and wait for its commit, and committers that insert whatever
 * waits in one statement. The same records in a table of the same schema, with no HTTP, no lock and nothing decided.
 */
final class GroupCommit {
    private static final int COMMITTERS = 2;
    private static final long PATIENCE_SECONDS = 10;
    private static final String INSERT = """
            INSERT INTO bare_records (stream_id, seq, kind, body, headers, part_id, at)
            SELECT w.stream_id, nextval('bare_seq'), 0, w.body, NULL, NULL, clock_timestamp()
            FROM unnest(?::bigint[], ?::bytea[]) AS w (stream_id, body)
            """;

    private final PostgresAddress database;
    private final ConcurrentLinkedQueue<Long> commits = new ConcurrentLinkedQueue<>();

    private GroupCommit(PostgresAddress database) {
        this.database = database;
    }

    static GroupCommit in(PostgresAddress database) throws SQLException {
        try (Connection connection = database.connect();
                Statement make = connection.createStatement()) {
            make.execute("CREATE TABLE bare_records (LIKE stream_records INCLUDING ALL)");
            make.execute("CREATE SEQUENCE bare_seq");
        }
        return new GroupCommit(database);
    }

    /** Commits of one record each, one after the other, on a connection of their own; closed by whoever opened it. */
    final class Alone implements AutoCloseable {
        private final Connection connection = database.connect();
        private final PreparedStatement insert = connection.prepareStatement(INSERT);

        private Alone() throws SQLException {}

        /** Returns when the record is committed; answers how many nanoseconds that took. */
        long commit(byte[] body) throws SQLException {
            long start = System.nanoTime();
            insert.setArray(1, connection.createArrayOf("bigint", new Long[] {0L}));
            insert.setArray(2, connection.createArrayOf("bytea", new byte[][] {body}));
            insert.executeUpdate();
            return System.nanoTime() - start;
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    Alone alone() throws SQLException {
        return new Alone();
    }

    private record Waiting(long writer, byte[] body, Semaphore done) {}

    /**
     * One phase.
     *
     * @param commits from the insert's start until its commit was confirmed
     */
    record Outcome(int records, Latencies commits) {}

    Outcome run(int writers, Duration time) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + time.toNanos();
        commits.clear();
        BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(writers);
        AtomicInteger writing = new AtomicInteger(writers);
        List<Future<Integer>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> committing = new ArrayList<>();
            for (int i = 0; i < COMMITTERS; i++) {
                committing.add(threads.submit(() -> commit(queue, writing)));
            }
            for (int i = 0; i < writers; i++) {
                long writer = i;
                running.add(threads.submit(() -> write(writer, queue, end, writing)));
            }
            for (Future<?> each : committing) {
                each.get();
            }
        }
        int records = 0;
        for (Future<Integer> each : running) {
            records += each.get();
        }
        return new Outcome(
                records, Latencies.of(commits.stream().mapToLong(nanos -> nanos).toArray()));
    }

    private static int write(long writer, BlockingQueue<Waiting> queue, long end, AtomicInteger writing)
            throws InterruptedException {
        Semaphore done = new Semaphore(0);
        int written = 0;
        while (System.nanoTime() < end) {
            queue.put(new Waiting(writer, Appends.appended(written), done));
            if (!done.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a record is not committed");
            }
            written++;
        }
        writing.decrementAndGet();
        return written;
    }

    /** Until nobody writes; answers how many records it has inserted. */
    private int commit(BlockingQueue<Waiting> queue, AtomicInteger writing) throws SQLException, InterruptedException {
        int inserted = 0;
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            while (writing.get() > 0) {
                Waiting first = queue.poll(10, TimeUnit.MILLISECONDS);
                if (first != null) {
                    List<Waiting> batch = new ArrayList<>(List.of(first));
                    queue.drainTo(batch);
                    insert(connection, insert, batch);
                    inserted += batch.size();
                }
            }
        }
        return inserted;
    }

    private void insert(Connection connection, PreparedStatement insert, List<Waiting> batch) throws SQLException {
        long start = System.nanoTime();
        insert.setArray(
                1,
                connection.createArrayOf(
                        "bigint", batch.stream().map(Waiting::writer).toArray()));
        insert.setArray(
                2,
                connection.createArrayOf(
                        "bytea", batch.stream().map(Waiting::body).toArray(byte[][]::new)));
        insert.executeUpdate();
        commits.add(System.nanoTime() - start);
        batch.forEach(each -> each.done().release());
    }
}

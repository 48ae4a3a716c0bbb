package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.BatchLimits;
import dev.turnkeep.replication.stream.RowChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of one table's batches to ClickHouse: one after the other, on a thread of its own, so that a table in trouble does not
 * hold up the others. Bounded by the stream, which counts what has not completed.
 */
final class Lane {
    private static final Logger LOG = Logger.getLogger(Lane.class);

    private final TableDefinition table;
    private final Function<Target, TableWriter> writers;
    private final Erasure erasure;
    private final Retry retry;
    private final Freshness freshness;
    private final BatchLimits most;
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread thread;
    // Guarded by the lock.
    private List<String> targets;
    private @Nullable Relation known;
    private final Map<String, TableWriter> writing = new HashMap<>();

    private record Job(Batch batch, CompletableFuture<Void> stored) {}

    /** A table in ClickHouse, and the shape of the rows that go there. */
    record Target(String table, Relation relation) {}

    /**
     * @param targets the tables that get every row, one after the other
     * @param most what batches that wait may become together
     */
    Lane(
            TableDefinition table,
            List<String> targets,
            Function<Target, TableWriter> writers,
            Erasure erasure,
            Retry retry,
            Freshness freshness,
            BatchLimits most) {
        this.table = table;
        this.targets = targets;
        this.writers = writers;
        this.erasure = erasure;
        this.retry = retry;
        this.freshness = freshness;
        this.most = most;
        this.thread = Thread.ofVirtual().name("clickhouse-" + table.source()).start(this::run);
    }

    CompletableFuture<Void> submit(Batch batch) {
        Job job = new Job(batch, new CompletableFuture<>());
        jobs.add(job);
        return job.stored;
    }

    private void run() {
        try {
            while (true) {
                List<Job> together = takeTogether();
                try {
                    write(together);
                    together.forEach(job -> job.stored.complete(null));
                } catch (RuntimeException | Error e) {
                    LOG.errorf(e, "a batch failed for good: table=%s", table.source());
                    together.forEach(job -> job.stored.completeExceptionally(e));
                }
            }
        } catch (InterruptedException stopped) {
            LOG.debugf("stopped: table=%s", table.source());
        }
    }

    /** The next batch with those behind it, as far as they are one: cut by the clock while a store was away, each alone would take its time. */
    private List<Job> takeTogether() throws InterruptedException {
        Job first = jobs.take();
        List<Job> together = new ArrayList<>(List.of(first));
        int rows = first.batch.rows().size();
        long size = first.batch.size();
        for (Job next = jobs.peek(); next != null; next = jobs.peek()) {
            rows += next.batch.rows().size();
            size += next.batch.size();
            if (rows > most.rows()
                    || size > most.size()
                    || !next.batch.relation().equals(first.batch.relation())) break;
            together.add(jobs.take());
        }
        return together;
    }

    private void write(List<Job> together) throws InterruptedException {
        List<RowChange> changes = new ArrayList<>();
        long size = 0;
        for (Job job : together) {
            changes.addAll(job.batch.rows());
            size += job.batch.size();
        }
        write(new Batch(together.getFirst().batch.relation(), changes, size));
    }

    private void write(Batch batch) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!batch.relation().equals(known)) writing.clear();
            known = batch.relation();
            var rows = FinalStates.of(PublishedColumn.of(batch.relation()), batch.rows()).stream()
                    .filter(row -> table.deletes() || !row.deleted())
                    .toList();
            for (String target : targets)
                writer(new Target(target, batch.relation())).write(rows);
            List<Erasure.Erased> erased = Erasure.in(batch);
            if (!erased.isEmpty()) retry.untilItWorks(() -> erased(erased));
            // What nobody reads yet is not fresh, however soon it is there.
            if (targets.equals(List.of(table.target())))
                freshness.visible(batch.rows().getFirst().committedAt(), Instant.now());
        } finally {
            lock.unlock();
        }
    }

    private TableWriter writer(Target target) throws InterruptedException {
        TableWriter writer = writing.get(target.table());
        if (writer == null) {
            writer = retry.untilItWorks(() -> {
                try {
                    return writers.apply(target);
                } catch (ClickHouseAway e) {
                    throw new Retry.Again(String.valueOf(e.getMessage()), e);
                }
            });
            writing.put(target.table(), writer);
        }
        return writer;
    }

    private boolean erased(List<Erasure.Erased> erased) {
        try {
            erasure.erase(erased);
            return true;
        } catch (ClickHouseAway e) {
            throw new Retry.Again(String.valueOf(e.getMessage()), e);
        }
    }

    /** Nothing is written from here on until {@link #resume}. */
    void pause() throws InterruptedException {
        lock.lockInterruptibly();
    }

    /**
     * By the thread that paused it.
     *
     * @param exchanged what comes next goes into the table that is read, and into no other
     */
    void resume(boolean exchanged) {
        if (exchanged) targets = List.of(table.target());
        lock.unlock();
    }

    TableDefinition table() {
        return table;
    }

    void stop() {
        thread.interrupt();
    }
}

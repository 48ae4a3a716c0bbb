package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Message.Relation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Collects changes per table until a batch is full or old enough. Time is given, in nanoseconds of any origin. For one
 * thread.
 */
final class OpenBatches {
    private static final class Open {
        final Relation relation;
        final long since;
        final List<RowChange> rows = new ArrayList<>();
        long size;

        Open(Relation relation, long since) {
            this.relation = relation;
            this.since = since;
        }

        Batch close() {
            return new Batch(relation, rows, size);
        }
    }

    private final BatchLimits limits;
    private final Consumer<Batch> full;
    // By the tables' oids, the oldest first.
    private final Map<Integer, Open> open = new LinkedHashMap<>();

    OpenBatches(BatchLimits limits, Consumer<Batch> full) {
        this.limits = limits;
        this.full = full;
    }

    void add(RowChange change, long now) {
        int table = change.relation().oid();
        Open batch = open.get(table);
        if (batch != null && !batch.relation.equals(change.relation())) {
            // The table was altered: rows of two shapes are two batches.
            hand(table);
            batch = null;
        }
        if (batch == null) {
            batch = new Open(change.relation(), now);
            open.put(table, batch);
        }
        batch.rows.add(change);
        batch.size += change.size();
        if (batch.rows.size() >= limits.rows() || batch.size >= limits.size()) {
            hand(table);
        }
    }

    /** Hands over what is old enough. Where no age is set it is for the caller to say when nothing more is to come. */
    void tick(long now) {
        if (limits.age().isZero()) {
            return;
        }
        Iterator<Open> oldestFirst = open.values().iterator();
        while (oldestFirst.hasNext()) {
            Open batch = oldestFirst.next();
            if (now - batch.since < limits.age().toNanos()) {
                return;
            }
            oldestFirst.remove();
            full.accept(batch.close());
        }
    }

    /** Hands over everything. */
    void flush() {
        List<Open> all = List.copyOf(open.values());
        open.clear();
        all.forEach(batch -> full.accept(batch.close()));
    }

    private void hand(int table) {
        Open batch = open.remove(table);
        if (batch != null) {
            full.accept(batch.close());
        }
    }
}

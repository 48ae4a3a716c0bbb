package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.Update;
import dev.turnkeep.replication.pgoutput.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Keeps what it is given in memory, and says that it is stored when the test wants it to. */
final class CollectingSink implements Sink {
    /** What is done with a batch. */
    enum Mode {
        /** Stored at once. */
        STORES,
        /** Stored, but the stream does not hear of it: the moment between the sink's word and ours. */
        STORES_SILENTLY,
        /** Taken and neither stored nor answered: the moment before the sink's work. */
        HOLDS,
        /** Held until there are as many as the stream may have under way, and then stored all at once. */
        HOLDS_UNTIL_FULL
    }

    private record Held(Batch batch, CompletableFuture<Void> answer) {}

    private final List<Version> stored = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private volatile Mode mode = Mode.STORES;
    private volatile boolean restoresAtOnce = true;
    private volatile long full = Long.MAX_VALUE;
    private volatile boolean throwsErrors;
    private volatile @Nullable Restoring restoring;
    private final AtomicLong restores = new AtomicLong();
    private volatile @Nullable Long watermark;

    void mode(Mode next) {
        mode = next;
    }

    void neverRestores() {
        restoresAtOnce = false;
    }

    @Override
    public void begin(SlotStart slot) throws Exception {
        if (slot.restoring()) {
            watermark = slot.watermark();
            restores.incrementAndGet();
            if (restoresAtOnce) {
                slot.done().restored();
            }
        }
    }

    @Override
    public synchronized CompletionStage<Void> write(Batch batch) {
        peak.accumulateAndGet(unanswered.addAndGet(batch.rows().size()), Math::max);
        if (throwsErrors) {
            throwsErrors = false;
            return CompletableFuture.failedFuture(new StackOverflowError("for the test"));
        }
        if (mode == Mode.HOLDS || mode == Mode.HOLDS_UNTIL_FULL) {
            CompletableFuture<Void> later = new CompletableFuture<>();
            held.add(new Held(batch, later));
            if (mode == Mode.HOLDS_UNTIL_FULL && unanswered.get() >= full) {
                Thread.ofVirtual().start(this::answer);
            }
            return later;
        }
        store(batch);
        return mode == Mode.STORES ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
    }

    private synchronized void store(Batch batch) {
        unanswered.addAndGet(-batch.rows().size());
        for (RowChange row : batch.rows()) {
            stored.add(row.version());
            rows.add(batch.relation().table() + " " + text(batch, row));
        }
    }

    private static String text(Batch batch, RowChange row) {
        Tuple tuple =
                switch (row.change()) {
                    case Insert insert -> insert.row();
                    case Update update -> update.row();
                    case Delete delete -> delete.before().row();
                };
        String id = batch.relation().table().equals("turns") ? "turn_id" : "id";
        return row.change().getClass().getSimpleName() + " " + new Row(batch.relation(), tuple).uuid(id);
    }

    /** What it says it fetches while the stream flows; null for nothing. */
    void fetches(@Nullable Restoring what) {
        restoring = what;
    }

    @Override
    public Optional<Restoring> restoring() {
        return Optional.ofNullable(restoring);
    }

    /** Holds rows until there are so many. */
    void holdUntil(long rows) {
        full = rows;
        mode = Mode.HOLDS_UNTIL_FULL;
    }

    /** The next batch meets an error that is nobody's business to catch. */
    void failOnce() {
        throwsErrors = true;
    }

    /** Answers what was held, and stores what comes. */
    void release() {
        mode = Mode.STORES;
        answer();
    }

    private void answer() {
        List<Held> all;
        synchronized (this) {
            all = List.copyOf(held);
            held.clear();
            // Before any batch that comes from now on.
            all.forEach(each -> store(each.batch()));
        }
        all.forEach(each -> each.answer().complete(null));
    }

    synchronized List<Version> versions() {
        return List.copyOf(stored);
    }

    /** How many rows are stored. */
    synchronized int stored() {
        return rows.size();
    }

    synchronized List<String> rows() {
        return List.copyOf(rows);
    }

    /** Rows that were taken and not answered, at the most. */
    long peak() {
        return peak.get();
    }

    long unanswered() {
        return unanswered.get();
    }

    /** From which transaction on the last restore was to be. */
    @Nullable
    Long watermark() {
        return watermark;
    }

    long restores() {
        return restores.get();
    }

    @Override
    public Requeued requeue() {
        return Requeued.NONE;
    }

    @Override
    public void end() {
        unanswered.set(0);
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }
}

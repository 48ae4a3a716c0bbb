package dev.turnkeep.reaper.sweep;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.sweep.SweepStore.Open;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the liveness index anew from the open sessions, a page at a time, and corrects their buckets. A mark in Redis is
 * set before and sealed afterwards: it is gone when Redis was flushed meanwhile, and then all is written once more.
 */
public final class IndexRebuild {
    private static final Logger LOG = Logger.getLogger(IndexRebuild.class);
    private static final SessionId FIRST = new SessionId(new UUID(0, 0));
    private static final int PASSES = 3;

    private final SweepStore store;
    private final IndexStore index;
    private final Clock clock;
    private final int batch;
    private final Consumer<PausePoint> pauses;

    public IndexRebuild(Postgres postgres, IndexStore index, Clock clock, int batch, Consumer<PausePoint> pauses) {
        this.store = new SweepStore(postgres);
        this.index = index;
        this.clock = clock;
        this.batch = batch;
        this.pauses = pauses;
    }

    /** Whether entries may be missing from the index. */
    public boolean due() {
        return index.lost();
    }

    /**
     * Writes all of it; what Redis does not take is told by the mark, and counted.
     *
     * @param claim null when nothing can be claimed
     */
    public void run(Claims.@Nullable Claim claim, Counts counts) {
        for (int pass = 0; pass < PASSES; pass++) {
            String token = UUID.randomUUID().toString();
            boolean marked = tried("begun", () -> index.building(token));
            if (!walk(claim, counts) || !marked) {
                return;
            }
            boolean[] sealed = {false};
            if (!tried("sealed", () -> sealed[0] = index.built(token)) || sealed[0]) {
                return;
            }
            counts.add("index_lost", 1);
        }
    }

    /** Answers whether every open session was seen and written. */
    private boolean walk(Claims.@Nullable Claim claim, Counts counts) {
        Instant now = clock.instant();
        boolean whole = true;
        SessionId last = FIRST;
        List<Open> open = store.open(last, batch);
        while (!open.isEmpty()) {
            counts.add("open", open.size());
            List<Entry> entries =
                    open.stream().map(o -> new Entry(o.id(), o.score())).toList();
            boolean written = tried("written", () -> index.put(entries));
            counts.add(written ? "indexed" : "not_indexed", entries.size());
            whole &= written;
            pauses.accept(PausePoint.INDEXED);
            List<SessionId> moved =
                    open.stream().filter(Open::moved).map(Open::id).toList();
            if (!moved.isEmpty()) {
                counts.add("rebucketed", store.rebucket(moved, now));
            }
            if (open.size() < batch) {
                return whole;
            }
            if (claim != null && !claim.renewed()) {
                return false;
            }
            last = open.getLast().id();
            open = store.open(last, batch);
        }
        return whole;
    }

    private static boolean tried(String what, Runnable write) {
        try {
            write.run();
            return true;
        } catch (RuntimeException e) {
            LOG.warnf("the index could not be %s: reason=%s", what, e.getClass().getSimpleName());
            return false;
        }
    }
}

package dev.turnkeep.reaper.sweep;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.Ending;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.ending.Tally;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.job.Job;
import dev.turnkeep.reaper.sweep.SweepStore.Due;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Redis does not know: makes the index anew from the open sessions, corrects their buckets, and ends what is due. It
 * works without Redis too.
 */
public final class SweepJob implements Job {
    private static final Logger LOG = Logger.getLogger(SweepJob.class);
    private static final Due BEGINNING = new Due(new SessionId(new UUID(0, 0)), Instant.EPOCH, false);

    private final SweepStore store;
    private final IndexRebuild rebuild;
    private final IndexStore index;
    private final Claims claims;
    private final Changer changer;
    private final Clock clock;
    private final ReaperConfig config;

    public SweepJob(
            Postgres postgres,
            IndexRebuild rebuild,
            IndexStore index,
            Claims claims,
            Changer changer,
            Clock clock,
            ReaperConfig config) {
        this.store = new SweepStore(postgres);
        this.rebuild = rebuild;
        this.index = index;
        this.claims = claims;
        this.changer = changer;
        this.clock = clock;
        this.config = config;
    }

    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public boolean enabled() {
        return config.sweep().enabled();
    }

    @Override
    public Duration untilFirst(Instant now) {
        // At once: the index may be gone, or never have been written.
        return Duration.ZERO;
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.sweep().every();
    }

    @Override
    public Counts run() {
        Counts counts = Counts.zero("open", "indexed", "rebucketed", "seen", "ended");
        switch (claims.take("sweep")) {
            case Claims.Claim claim -> {
                try (claim) {
                    sweep(claim, counts);
                }
            }
            case Claims.Taken _ -> counts.add("taken", 1);
            // Locks in Postgres keep two sweeps apart too.
            case Claims.Unavailable _ -> sweep(null, counts);
        }
        return counts;
    }

    private void sweep(Claims.@Nullable Claim claim, Counts counts) {
        rebuild.run(claim, counts);
        Instant now = clock.instant();
        Due latest = BEGINNING;
        List<Due> page;
        do {
            page = store.due(now, latest, config.batch());
            List<SessionId> due = page.stream().filter(Due::over).map(Due::id).toList();
            if (!due.isEmpty()) {
                counts.add("seen", due.size());
                Ending.Batch batch = changer.endIdle(due, now);
                Tally.add(counts, "ended", batch);
                forget(batch, now, counts);
            }
            latest = page.isEmpty() ? latest : page.getLast();
        } while (!stopped(claim, page.size()));
    }

    /** After the last page, or when somebody else may be sweeping by now. */
    private boolean stopped(Claims.@Nullable Claim claim, int page) {
        return page < config.batch() || (claim != null && !claim.renewed());
    }

    /** What ended was due by now; a later turn's score is beyond. */
    private void forget(Ending.Batch batch, Instant now, Counts counts) {
        List<Entry> ended = batch.sessions().entrySet().stream()
                .filter(e -> e.getValue() instanceof Ending.Done)
                .map(e -> new Entry(e.getKey(), now.toEpochMilli()))
                .toList();
        if (ended.isEmpty()) {
            return;
        }
        try {
            counts.add("index_removed", index.drop(ended));
        } catch (RuntimeException e) {
            // The next reap finds that they are over.
            LOG.warnf("the index was not tidied: reason=%s", e.getClass().getSimpleName());
        }
    }
}

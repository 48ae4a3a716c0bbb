package dev.turnkeep.reaper.reap;

import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.contracts.lifecycle.Veto;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.Ending;
import dev.turnkeep.reaper.ending.Tally;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.job.Job;
import dev.turnkeep.reaper.sweep.IndexRebuild;
import io.vertx.core.VertxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Walks through the due entries of each shard that nobody else works on, a page at a time. Whatever is ended here was
 * decided in Postgres; the index only says where to look.
 */
public final class ReapJob implements Job {
    private static final Logger LOG = Logger.getLogger(ReapJob.class);

    private final IndexRebuild rebuild;
    private final IndexStore index;
    private final Claims claims;
    private final Changer changer;
    private final OpenGauges gauges;
    private final Clock clock;
    private final ReaperConfig config;

    public ReapJob(
            IndexRebuild rebuild,
            IndexStore index,
            Claims claims,
            Changer changer,
            OpenGauges gauges,
            Clock clock,
            ReaperConfig config) {
        this.rebuild = rebuild;
        this.index = index;
        this.claims = claims;
        this.changer = changer;
        this.gauges = gauges;
        this.clock = clock;
        this.config = config;
    }

    @Override
    public String name() {
        return "reap";
    }

    @Override
    public boolean enabled() {
        return config.reap().enabled();
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.reap().every();
    }

    @Override
    public Counts run() {
        Counts counts = Counts.zero("seen", "ended", "index_removed", "shards_claimed", "shards_taken");
        rebuildWhenLost(counts);
        // In another order in every run and instance: several instances rarely want the same shard.
        List<Integer> shards =
                new ArrayList<>(IntStream.range(0, LivenessIndex.SHARDS).boxed().toList());
        Collections.shuffle(shards);
        Semaphore free = new Semaphore(config.parallel());
        List<Thread> working = new ArrayList<>();
        for (int shard : shards) {
            free.acquireUninterruptibly();
            working.add(Thread.ofVirtual().name("reap-" + shard).start(() -> {
                try {
                    claimed(shard, counts);
                } catch (RuntimeException e) {
                    counts.add("shards_failed", 1);
                    LOG.warnf(
                            "a shard was not reaped: shard=%d reason=%s",
                            shard, e.getClass().getSimpleName());
                } finally {
                    free.release();
                }
            }));
        }
        working.forEach(ReapJob::join);
        gauges.refresh(clock.instant());
        if (counts.of("shards_failed") == shards.size()) {
            // Told as a failure: it is counted, and tried again soon.
            throw new IllegalStateException("no shard could be reaped");
        }
        return counts;
    }

    /** Redis was flushed: nothing of what it held is waited for until the next sweep. */
    private void rebuildWhenLost(Counts counts) {
        try {
            if (rebuild.due() && claims.take("sweep") instanceof Claims.Claim claim) {
                try (claim) {
                    rebuild.run(claim, counts);
                }
            }
        } catch (RuntimeException e) {
            LOG.warnf("the index was not written anew: reason=%s", e.getClass().getSimpleName());
        }
    }

    private void claimed(int shard, Counts counts) {
        switch (claims.take("reap:" + shard)) {
            case Claims.Claim claim -> {
                try (claim) {
                    counts.add("shards_claimed", 1);
                    reap(shard, claim, counts);
                }
            }
            case Claims.Taken _ -> counts.add("shards_taken", 1);
            case Claims.Unavailable _ -> throw new VertxException("Redis does not answer", true);
        }
    }

    private void reap(int shard, Claims.Claim claim, Counts counts) {
        Instant now = clock.instant();
        int passed = 0;
        List<Entry> page = index.due(shard, now, passed, config.batch());
        while (!page.isEmpty()) {
            counts.add("seen", page.size());
            Ending.Batch batch =
                    changer.endIdle(page.stream().map(Entry::session).toList(), now);
            Tally.add(counts, "ended", batch);
            counts.add("index_removed", tidy(page, batch));
            // What stays due (vetoed, locked) is passed over, so that the rest has its turn.
            passed += page.stream()
                    .filter(entry -> staysDue(batch.of(entry.session())))
                    .mapToInt(entry -> 1)
                    .sum();
            if (page.size() < config.batch() || !claim.renewed()) {
                return;
            }
            page = index.due(shard, now, passed, config.batch());
        }
    }

    /** Whether its entry stays where it is, among those that are due. */
    private static boolean staysDue(Ending ending) {
        return switch (ending) {
            case Ending.Done _, Ending.NotDue _ -> false;
            // Whoever resumes it puts it back.
            case Ending.Kept(Veto veto) -> veto != Veto.SUSPENDED;
            case Ending.Absent _ -> true;
        };
    }

    /** Brings the index in line with what was found; answers how many entries went. */
    private int tidy(List<Entry> page, Ending.Batch batch) {
        List<Entry> over = new ArrayList<>();
        List<Entry> extended = new ArrayList<>();
        for (Entry entry : page) {
            Ending ending = batch.of(entry.session());
            if (ending instanceof Ending.NotDue(IdleVerdict.NotDue(Instant deadline))) {
                extended.add(new Entry(entry.session(), LivenessIndex.score(deadline, Duration.ZERO)));
            } else if (!staysDue(ending)) {
                over.add(entry);
            }
        }
        if (!extended.isEmpty()) {
            index.advance(extended);
        }
        return over.isEmpty() ? 0 : index.drop(over);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

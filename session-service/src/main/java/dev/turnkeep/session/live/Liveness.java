package dev.turnkeep.session.live;

import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.redis.datasource.sortedset.ReactiveSortedSetCommands;
import io.quarkus.redis.datasource.sortedset.ZAddArgs;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes the liveness index after a commit. Best effort: nobody waits for it, and what it misses the reaper's sweep finds
 * in Postgres. Safe for any number of threads.
 */
@Singleton
public class Liveness {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** While Redis is away, writes must not pile up. */
    private static final int UNDER_WAY = 256;

    private final ReactiveSortedSetCommands<String, String> sets;
    private final LivenessIndex index;
    private final Counter missed;
    private final AtomicInteger underWay = new AtomicInteger();

    Liveness(ReactiveRedisDataSource redis, RedisKeysConfig config, MeterRegistry registry) {
        this.sets = redis.sortedSet(String.class);
        this.index = new LivenessIndex(config.keyPrefix());
        this.missed = registry.counter("turnkeep_live_index_missed");
    }

    /** Moves deadlines forward, never back: of two batches, the later one may write first. */
    public void extend(Collection<Deadline> deadlines) {
        Map<String, Map<String, Double>> byShard = new HashMap<>();
        for (Deadline deadline : deadlines) {
            byShard.computeIfAbsent(index.key(deadline.session()), key -> new HashMap<>())
                    .put(deadline.session().toString(), (double) deadline.score());
        }
        byShard.forEach(this::extend);
    }

    private void extend(String shard, Map<String, Double> scores) {
        if (underWay.incrementAndGet() > UNDER_WAY) {
            underWay.decrementAndGet();
            missed.increment(scores.size());
            return;
        }
        sets.zadd(shard, new ZAddArgs().gt(), scores)
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .onTermination()
                .invoke(() -> underWay.decrementAndGet())
                .subscribe()
                .with(added -> {}, failure -> missed.increment(scores.size()));
    }
}

package dev.turnkeep.ingest.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens per organisation: a second's worth, refilled steadily. A batch may take it below zero, and is paid
 * for before the next request. State: the buckets, each guarded by itself.
 */
@Singleton
public class RateLimit {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int ORGANISATIONS = 10_000;

    private final int perSecond;
    private final LongSupplier nanos;
    private final Cache<OrgId, Bucket> buckets =
            Caffeine.newBuilder().maximumSize(ORGANISATIONS).build();

    @Inject
    RateLimit(RateLimitConfig config) {
        this(config.turnsPerSecond(), System::nanoTime);
    }

    RateLimit(int perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
    }

    /**
     * Takes the tokens of so many turns.
     *
     * @throws RetryLater (429) when the organisation has none left; nothing is taken then
     */
    public void take(OrgId org, int turns) {
        if (perSecond > 0) {
            buckets.get(org, _ -> new Bucket()).take(turns);
        }
    }

    private final class Bucket {
        private double tokens = perSecond;
        private long filledAt = nanos.getAsLong();

        synchronized void take(int turns) {
            long now = nanos.getAsLong();
            tokens = Math.min(perSecond, tokens + (double) (now - filledAt) / SECOND * perSecond);
            filledAt = now;
            if (tokens < Math.min(1, turns)) {
                Duration wait = Duration.ofNanos((long) ((1 - tokens) / perSecond * SECOND));
                throw new RetryLater(Problem.RATE_LIMITED, "over " + perSecond + " turns per second", wait);
            }
            tokens -= turns;
        }
    }
}

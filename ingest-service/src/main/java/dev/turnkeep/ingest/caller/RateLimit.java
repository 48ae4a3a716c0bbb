package dev.turnkeep.ingest.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens per organisation: a second's worth, refilled steadily. A batch may take it below zero, and is paid for
 * in full before the next request, which is why there is a bound on what one may bring, unless its sender cannot bring
 * less; not when Kafka did not take it. State: the buckets, each guarded by itself.
 */
@Singleton
public class RateLimit {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int ORGANISATIONS = 10_000;
    /** So many seconds' worth of turns may come at once: as long as one waits for the next request at the most. */
    private static final int LARGEST = 6;

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
     * Looks whether a request may come in at all, before its body is read.
     *
     * @throws RetryLater (429) when the organisation has to pay for earlier ones
     */
    public void admit(OrgId org) {
        if (perSecond > 0) {
            buckets.get(org, _ -> new Bucket()).take(0);
        }
    }

    /** What tokens are taken for. */
    public interface Work<T> {
        T done() throws IOException;
    }

    /**
     * Takes the tokens of so many turns for what is done with them. They are given back to a caller that has to come again, or
     * with less: it has not been served.
     *
     * @throws Invalid (413) for more turns than the organisation may post at once
     * @throws RetryLater (429) when the organisation has none left; nothing is taken then, and nothing done
     */
    public <T> T paid(OrgId org, int turns, Work<T> work) throws IOException {
        if (perSecond > 0 && turns > (long) LARGEST * perSecond) {
            throw new Invalid(
                    Problem.TOO_LARGE,
                    null,
                    "more than " + (long) LARGEST * perSecond + " turns at once, where " + perSecond
                            + " per second are allowed");
        }
        return paidAfterwards(org, turns, work);
    }

    /**
     * As {@link #paid}, for senders that drop what is too large and do not divide it: however many turns come at once, they
     * are taken, and whoever sent them waits the longer.
     *
     * @throws RetryLater (429) when the organisation has none left; nothing is taken then, and nothing done
     */
    public <T> T paidAfterwards(OrgId org, int turns, Work<T> work) throws IOException {
        if (perSecond == 0) {
            return work.done();
        }
        Bucket bucket = buckets.get(org, _ -> new Bucket());
        bucket.take(turns);
        try {
            return work.done();
        } catch (RetryLater e) {
            bucket.giveBack(turns);
            throw e;
        } catch (Invalid e) {
            if (e.problem() == Problem.TOO_LARGE) {
                bucket.giveBack(turns);
            }
            throw e;
        }
    }

    private final class Bucket {
        private double tokens = perSecond;
        private long filledAt = nanos.getAsLong();

        synchronized void take(int turns) {
            fill();
            if (tokens < (turns == 0 ? 0 : 1)) {
                Duration wait = Duration.ofNanos((long) ((1 - tokens) / perSecond * SECOND));
                throw new RetryLater(Problem.RATE_LIMITED, "over " + perSecond + " turns per second", wait);
            }
            tokens -= turns;
        }

        synchronized void giveBack(int turns) {
            fill();
            tokens = Math.min(perSecond, tokens + turns);
        }

        private void fill() {
            long now = nanos.getAsLong();
            tokens = Math.min(perSecond, tokens + (double) (now - filledAt) / SECOND * perSecond);
            filledAt = now;
        }
    }
}

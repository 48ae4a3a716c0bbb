package dev.turnkeep.platform.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.mutiny.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Counts requests per key and window: in Redis, so that all instances share one count; here while Redis is away, so that
 * each instance allows as much. State: the counts of the windows, and until when Redis is not asked.
 */
public final class RateLimits {
    /** Counts, and lets the count go with its window, in one step: a count without an end would stay for ever. */
    private static final String COUNT = """
        local used = redis.call('INCRBY', KEYS[1], ARGV[2])
        if used == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        return used
        """;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int COUNTS = 100_000;

    private final ReactiveRedisDataSource redis;
    private final Duration window;
    private final Duration patience;
    private final MeterRegistry registry;
    private final Clock clock;
    private final String prefix;
    private final Cache<String, SharedCount> counts;
    private volatile Instant askAgain = Instant.MIN;

    /**
     * @param prefix of the counts' names in Redis; services with a prefix of their own count for themselves
     * @param window requests are counted in windows of this length
     * @param patience how long a request waits for Redis before it is counted here only
     */
    public RateLimits(
            ReactiveRedisDataSource redis,
            String prefix,
            Duration window,
            Duration patience,
            MeterRegistry registry,
            Clock clock) {
        this.redis = redis;
        this.prefix = prefix;
        this.window = window;
        this.patience = patience;
        this.registry = registry;
        this.clock = clock;
        this.counts = Caffeine.newBuilder()
                .maximumSize(COUNTS)
                .expireAfterWrite(window.multipliedBy(2))
                .build();
    }

    /**
     * Counts a request and tells in the answer's headers what is left.
     *
     * @param whose the key's, or another name without blanks
     * @param limit requests in a window
     * @throws RetryLater (429) when nothing is
     */
    public void count(HttpServerResponse response, String whose, int limit) {
        Instant now = clock.instant();
        Instant reset = Allowance.resetAfter(now, window);
        Allowance allowance = new Allowance(limit, used(whose + ":" + reset.toEpochMilli(), limit), reset);
        response.putHeader("x-ratelimit-limit", Long.toString(allowance.limit()));
        response.putHeader("x-ratelimit-remaining", Long.toString(allowance.remaining()));
        response.putHeader("x-ratelimit-reset", Long.toString(reset.toEpochMilli()));
        if (allowance.exceeded()) {
            registry.counter("turnkeep_requests_limited").increment();
            throw new RetryLater(Problem.RATE_LIMITED, "Rate limit exceeded", Duration.between(now, reset));
        }
    }

    private long used(String counted, int limit) {
        return Objects.requireNonNull(counts.get(counted, _ -> new SharedCount(requests -> add(counted, requests))))
                .next(limit);
    }

    private CompletionStage<Long> add(String counted, long requests) {
        if (clock.instant().isBefore(askAgain)) {
            return CompletableFuture.failedStage(new IllegalStateException("Redis is not asked for a while"));
        }
        try {
            return redis.execute(
                            "EVAL",
                            COUNT,
                            "1",
                            prefix + counted,
                            Long.toString(window.toMillis() * 2),
                            Long.toString(requests))
                    .ifNoItem()
                    .after(patience)
                    .fail()
                    .onFailure()
                    .invoke(this::pause)
                    .map(Response::toLong)
                    .subscribeAsCompletionStage();
        } catch (RuntimeException e) {
            pause();
            return CompletableFuture.failedStage(e);
        }
    }

    /** Away, or slow: not every request is to wait for it. */
    private void pause() {
        askAgain = clock.instant().plus(PAUSE);
    }
}

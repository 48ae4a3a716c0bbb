package dev.turnkeep.session.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts requests per key and window: in Redis, so that all instances share one count; here while Redis is away, so that
 * each instance allows as much. State: the local counts, and until when Redis is not asked.
 */
@Singleton
class RateLimits {
    /** Counts, and lets the count go with its window, in one step: a count without an end would stay for ever. */
    private static final String COUNT = """
        local used = redis.call('INCR', KEYS[1])
        if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        return used
        """;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int LOCAL = 100_000;

    private final ReactiveRedisDataSource redis;
    private final LimitsConfig config;
    private final MeterRegistry registry;
    private final Clock clock;
    private final String prefix;
    private final Cache<String, AtomicLong> local;
    private volatile Instant askAgain = Instant.MIN;

    RateLimits(
            ReactiveRedisDataSource redis,
            RedisKeysConfig keys,
            LimitsConfig config,
            MeterRegistry registry,
            Clock clock) {
        this.redis = redis;
        this.config = config;
        this.registry = registry;
        this.clock = clock;
        this.prefix = keys.keyPrefix() + "limit:";
        this.local = Caffeine.newBuilder()
                .maximumSize(LOCAL)
                .expireAfterWrite(config.window().multipliedBy(2))
                .build();
    }

    /**
     * Counts a request and tells in the answer's headers what is left.
     *
     * @throws RetryLater (429) when nothing is
     */
    void count(HttpServerResponse response, String whose, int limit) {
        Instant now = clock.instant();
        Instant reset = Allowance.resetAfter(now, config.window());
        Allowance allowance = new Allowance(limit, used(whose + ":" + reset.toEpochMilli(), now), reset);
        response.putHeader("x-ratelimit-limit", Long.toString(allowance.limit()));
        response.putHeader("x-ratelimit-remaining", Long.toString(allowance.remaining()));
        response.putHeader("x-ratelimit-reset", Long.toString(reset.toEpochMilli()));
        if (allowance.exceeded()) {
            registry.counter("turnkeep_requests_limited").increment();
            throw new RetryLater(Problem.RATE_LIMITED, "Rate limit exceeded", Duration.between(now, reset));
        }
    }

    private long used(String window, Instant now) {
        if (now.isBefore(askAgain)) {
            return usedHere(window);
        }
        try {
            Response used = redis.execute(
                            "EVAL",
                            COUNT,
                            "1",
                            prefix + window,
                            Long.toString(config.window().toMillis() * 2))
                    .await()
                    .atMost(config.patience());
            return used.toLong();
        } catch (RuntimeException e) {
            // Away, or slow: not every request is to wait for it.
            askAgain = now.plus(PAUSE);
            return usedHere(window);
        }
    }

    private long usedHere(String window) {
        return Objects.requireNonNull(local.get(window, _ -> new AtomicLong())).incrementAndGet();
    }
}

package dev.turnkeep.session.access;

import dev.turnkeep.platform.limit.RateLimits;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The one count of requests of an instance. */
final class RequestLimits {
    private RequestLimits() {}

    @Produces
    @Singleton
    static RateLimits limits(
            ReactiveRedisDataSource redis,
            RedisKeysConfig keys,
            LimitsConfig config,
            MeterRegistry registry,
            Clock clock) {
        return new RateLimits(redis, keys.keyPrefix() + "limit:", config.window(), config.patience(), registry, clock);
    }
}

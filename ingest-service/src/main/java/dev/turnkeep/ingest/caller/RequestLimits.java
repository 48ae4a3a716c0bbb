package dev.turnkeep.ingest.caller;

import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.platform.limit.RateLimits;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The requests of each key, where its environment or the configuration limits them; nothing is counted where not. */
@Singleton
public class RequestLimits {
    private final RateLimits counts;
    private final int usual;

    RequestLimits(
            ReactiveRedisDataSource redis,
            RedisKeysConfig keys,
            RateLimitConfig config,
            MeterRegistry registry,
            Clock clock) {
        this.counts = new RateLimits(
                redis, keys.keyPrefix() + "ingest-limit:", config.window(), config.patience(), registry, clock);
        this.usual = config.requests();
    }

    /**
     * Counts a request of a key, and says in the answer's headers what is left.
     *
     * @throws dev.turnkeep.platform.http.RetryLater (429) when nothing is
     */
    void count(HttpServerResponse response, Principal caller) {
        Integer own = caller.rateLimit();
        int limit = own == null ? usual : own;
        if (limit > 0) {
            counts.count(response, caller.key().toString(), limit);
        }
    }
}

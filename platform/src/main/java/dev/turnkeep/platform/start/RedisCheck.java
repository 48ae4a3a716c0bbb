package dev.turnkeep.platform.start;

import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.smallrye.mutiny.TimeoutException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/** Whether Redis answers. It holds hints only: without it everything is right, and some of it later. */
@Singleton
final class RedisCheck implements EngineCheck {
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final ReactiveRedisDataSource redis;
    private final RedisKeysConfig config;

    RedisCheck(ReactiveRedisDataSource redis, RedisKeysConfig config) {
        this.redis = redis;
        this.config = config;
    }

    @Override
    public String engine() {
        return "Redis";
    }

    @Override
    public boolean needed() {
        return false;
    }

    @Override
    public Optional<Trouble> look() {
        try {
            redis.key(String.class).exists(config.keyPrefix() + "start").await().atMost(ANSWER);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of(new Trouble("does not answer in time", "look after it, or correct TURNKEEP_REDIS_URL"));
        } catch (RuntimeException e) {
            return Optional.of(new Trouble(
                    "does not answer, or refuses", "start it, or correct TURNKEEP_REDIS_URL and its credential"));
        }
    }
}

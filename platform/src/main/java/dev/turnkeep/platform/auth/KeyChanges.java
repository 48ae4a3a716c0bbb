package dev.turnkeep.platform.auth;

import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.redis.datasource.value.ReactiveValueCommands;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.UUID;

/** The hint in Redis that keys have changed: a value that differs after each change. */
@Singleton
public class KeyChanges {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ReactiveValueCommands<String, String> values;
    private final String name;

    KeyChanges(ReactiveRedisDataSource redis, RedisKeysConfig config) {
        this.values = redis.value(String.class);
        this.name = config.keyPrefix() + "keys:generation";
    }

    /**
     * Tells every service to look its keys up again; to be called after the change is committed. A random value, not a
     * count: a count that starts over after a flush could repeat one that was seen.
     */
    public Uni<Void> announce() {
        return values.set(name, UUID.randomUUID().toString())
                .ifNoItem()
                .after(PATIENCE)
                .fail();
    }

    /** The current value, empty when there never was a change. Fails when Redis is away. */
    Uni<String> generation() {
        return values.get(name)
                .onItem()
                .ifNull()
                .continueWith("")
                .ifNoItem()
                .after(PATIENCE)
                .fail();
    }
}

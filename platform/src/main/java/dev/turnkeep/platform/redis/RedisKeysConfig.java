package dev.turnkeep.platform.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Redis: the live index, wake-ups and hints. Flushing it at any moment loses nothing. */
@ConfigMapping(prefix = "turnkeep.redis")
public interface RedisKeysConfig {
    /** Where it is, such as {@code redis://user:password@host:6379}. */
    @WithDefault("redis://localhost:6379")
    String url();

    /** What every key and channel starts with, so that installations can share a server. */
    @WithDefault("turnkeep:")
    String keyPrefix();
}

package dev.turnkeep.platform.auth;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How API keys are looked up and how long an answer is trusted. */
@ConfigMapping(prefix = "turnkeep.keys")
public interface KeysConfig {
    /** The Postgres role of the look-up. */
    String postgresRole();

    /** Connections for look-ups: they are rare and short. */
    @WithDefault("2")
    int poolSize();

    /** How many keys are remembered; the least used are forgotten first. */
    @WithDefault("50000")
    int cacheSize();

    /** After this long a key in use is looked up again in the background, and waited for after twice as long. */
    @WithDefault("30s")
    Duration refreshAfter();

    /** The same while Redis cannot tell of revocations. With a poll and two time-outs it has to stay below 5 s. */
    @WithDefault("4s")
    Duration refreshAfterBlind();

    /** How often Redis is asked whether keys have changed. */
    @WithDefault("2s")
    Duration poll();

    /** How long an unknown key stays unknown without another look-up. */
    @WithDefault("1s")
    Duration negative();

    /** How long a caller waits for a look-up. */
    @WithDefault("1s")
    Duration timeout();

    /** Unknown keys that are looked up at one time; the rest are told to come back. */
    @WithDefault("64")
    int lookups();
}

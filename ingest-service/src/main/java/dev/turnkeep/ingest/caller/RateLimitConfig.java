package dev.turnkeep.ingest.caller;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;

/** How fast one organisation may post, and how often one key. */
@ConfigMapping(prefix = "turnkeep.ingest.rate-limit")
public interface RateLimitConfig {
    /** Turns per second, organisation and instance; 0 is without a limit. */
    @WithParentName
    @WithDefault("0")
    int turnsPerSecond();

    /** Requests of a key per window, over all instances; 0 is without a limit. An environment's own setting goes before it. */
    @WithDefault("0")
    int requests();

    /** Requests are counted in windows of this length. */
    @WithDefault("10s")
    Duration window();

    /** How long a request waits for Redis before it is counted by this instance alone. */
    @WithDefault("100ms")
    Duration patience();
}

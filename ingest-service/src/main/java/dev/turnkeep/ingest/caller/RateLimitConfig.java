package dev.turnkeep.ingest.caller;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/** How fast one organisation may post. */
@ConfigMapping(prefix = "turnkeep.ingest.rate-limit")
public interface RateLimitConfig {
    /** Turns per second, organisation and instance; 0 is without a limit. */
    @WithParentName
    @WithDefault("0")
    int turnsPerSecond();
}

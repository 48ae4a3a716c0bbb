package dev.turnkeep.session.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much one key may ask for. An environment's own settings go before these. */
@ConfigMapping(prefix = "turnkeep.session.limits")
public interface LimitsConfig {
    /** Requests are counted in windows of this length. */
    @WithDefault("10s")
    Duration window();

    /** Requests of a key's holder per window. */
    @WithDefault("20000")
    int requests();

    /** Requests of all public tokens that one key has signed, per window. */
    @WithDefault("20000")
    int publicRequests();

    /** How long a request waits for Redis before it is counted here only. */
    @WithDefault("100ms")
    Duration patience();
}

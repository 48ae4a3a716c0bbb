package dev.turnkeep.session.lifecycle;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long leases hold. */
@ConfigMapping(prefix = "turnkeep.session.leases")
public interface LeasesConfig {
    /** Of a heartbeat that names no time. */
    @WithDefault("2m")
    Duration ttlDefault();

    /** The longest that one heartbeat may ask for. */
    @WithDefault("10m")
    Duration ttlMax();
}

package dev.turnkeep.ingest.batch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much one request may bring. */
@ConfigMapping(prefix = "turnkeep.ingest.batch")
public interface BatchConfig {
    /** The most turns of one batch. */
    @WithDefault("10000")
    int turns();
}

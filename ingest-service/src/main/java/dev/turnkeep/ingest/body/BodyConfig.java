package dev.turnkeep.ingest.body;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much of request bodies is taken. */
@ConfigMapping(prefix = "turnkeep.ingest.body")
public interface BodyConfig {
    /** The largest body, after decompression. */
    @WithDefault("48933546")
    MemorySize largest();

    /** Bytes of bodies and records in memory at one time. The heap should be at least twice this. */
    @WithDefault("256M")
    MemorySize inFlight();
}

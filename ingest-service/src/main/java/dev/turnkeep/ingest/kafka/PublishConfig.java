package dev.turnkeep.ingest.kafka;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How records go to Kafka. */
@ConfigMapping(prefix = "turnkeep.ingest.publish")
public interface PublishConfig {
    /** How long the brokers have to confirm a request's records before it is answered 503. */
    @WithDefault("10s")
    Duration deadline();

    /** How long a record may wait for others to share a batch with. */
    @WithDefault("2ms")
    Duration linger();

    /** Records that wait to be sent. More than the largest record. */
    @WithDefault("128M")
    MemorySize buffer();

    /** Records of one partition that are sent as one. */
    @WithDefault("256K")
    MemorySize batch();

    /** The zstd level of batches. */
    @WithDefault("1")
    int compressionLevel();
}

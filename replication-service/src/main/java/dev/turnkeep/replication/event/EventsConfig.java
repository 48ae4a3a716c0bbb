package dev.turnkeep.replication.event;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How session events are published. */
@ConfigMapping(prefix = "turnkeep.replication.events")
public interface EventsConfig {
    /** Whether this instance publishes events, or stands by to. */
    @WithDefault("true")
    boolean enabled();

    /** The slot's name. Slots belong to a whole server: two installations on one server need two names. */
    @WithDefault("turnkeep_events_v1")
    String slot();

    /** The most events that are handed to Kafka at once. */
    @WithDefault("1000")
    int batchRows();

    /** Events that wait to be sent. */
    @WithDefault("32M")
    MemorySize buffer();

    /** How long an event may wait for others to share a request with. */
    @WithDefault("2ms")
    Duration linger();

    /** How long one try to hand an event over may wait for Kafka; tries never end. */
    @WithDefault("5s")
    Duration patience();

    /** When Kafka has confirmed nothing for so long while events wait, readiness turns red. */
    @WithDefault("5s")
    Duration unreadyAfter();
}

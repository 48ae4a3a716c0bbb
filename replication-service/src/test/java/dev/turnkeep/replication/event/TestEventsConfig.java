package dev.turnkeep.replication.event;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;

/** The settings of the events, quick enough for tests. */
record TestEventsConfig(String slot) implements EventsConfig {
    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public int batchRows() {
        return 1000;
    }

    @Override
    public MemorySize buffer() {
        return new MemorySize(BigInteger.valueOf(8 * 1024 * 1024));
    }

    @Override
    public Duration linger() {
        return Duration.ofMillis(2);
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(1);
    }

    @Override
    public Duration unreadyAfter() {
        return Duration.ofSeconds(1);
    }
}

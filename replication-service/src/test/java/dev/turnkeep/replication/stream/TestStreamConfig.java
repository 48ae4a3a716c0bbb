package dev.turnkeep.replication.stream;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;

/** The stream's settings, quick enough for tests. */
public record TestStreamConfig(int inFlightRows, Duration senderTimeout, Duration heartbeat) implements StreamConfig {
    public static final TestStreamConfig QUICK =
            new TestStreamConfig(20_000, Duration.ofSeconds(10), Duration.ofMillis(300));

    @Override
    public MemorySize inFlight() {
        return new MemorySize(BigInteger.valueOf(64 * 1024 * 1024));
    }

    @Override
    public Duration election() {
        return Duration.ofMillis(200);
    }

    @Override
    public Duration electionTimeout() {
        return Duration.ofSeconds(4);
    }

    @Override
    public Duration retryMin() {
        return Duration.ofMillis(50);
    }

    @Override
    public Duration retryMax() {
        return Duration.ofMillis(500);
    }

    @Override
    public Duration stoppedRetry() {
        return Duration.ofMillis(200);
    }

    @Override
    public Duration unreadyAfter() {
        return Duration.ofSeconds(2);
    }

    @Override
    public Duration unreadyLag() {
        return Duration.ofMinutes(1);
    }

    @Override
    public Duration drain() {
        return Duration.ofSeconds(10);
    }
}

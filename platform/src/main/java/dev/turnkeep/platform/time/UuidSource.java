package dev.turnkeep.platform.time;

import dev.turnkeep.contracts.id.Uuids;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Mints time-ordered UUIDs (version 7). Safe for any number of threads. */
@Singleton
public class UuidSource {
    private final Clock clock;
    private final RandomGenerator random;

    @Inject
    public UuidSource(Clock clock) {
        this(clock, new SecureRandom());
    }

    /** With the caller's own randomness, which has to be safe for its threads. */
    public UuidSource(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new id that carries the clock's time, to the millisecond. */
    public UUID next() {
        return Uuids.version7(clock.instant(), random.nextLong(), random.nextLong());
    }
}

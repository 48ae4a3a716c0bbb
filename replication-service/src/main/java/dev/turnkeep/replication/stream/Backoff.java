package dev.turnkeep.replication.stream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between tries: each up to twice as long as the one before, by chance, never ending. For one thread. */
public final class Backoff {
    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private long bound;

    public Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
        this.bound = min.toNanos();
    }

    /** The next pause: between half of the bound and the bound, which then doubles. */
    public Duration next() {
        long pause = bound / 2 + random.nextLong(bound / 2 + 1);
        bound = Math.min(bound * 2, max.toNanos());
        return Duration.ofNanos(pause);
    }

    /** A try succeeded. */
    public void reset() {
        bound = min.toNanos();
    }
}

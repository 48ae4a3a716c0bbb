package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;

/** The one idle comparison of the system: a gap longer than the timeout ends, a gap equal to it extends. */
public final class Idle {
    private Idle() {}

    public static boolean exceeded(Instant last, Instant next, Duration timeout) {
        return Duration.between(last, next).compareTo(timeout) > 0;
    }
}

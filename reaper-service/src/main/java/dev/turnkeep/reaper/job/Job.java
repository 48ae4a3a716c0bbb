package dev.turnkeep.reaper.job;

import java.time.Duration;
import java.time.Instant;

/** Something that is done again and again. Runs of one instance do not overlap; those of several may. */
public interface Job {
    /** Its name in routes, logs and metrics. */
    String name();

    /** Whether it runs by itself. */
    boolean enabled();

    /** How long to wait before the first scheduled run. */
    default Duration untilFirst(Instant now) {
        return untilNext(now);
    }

    /** How long to wait before the next scheduled run. */
    Duration untilNext(Instant now);

    /** Whether it waits for a time of day: that is not anticipated. */
    default boolean byTimeOfDay() {
        return false;
    }

    /** Does it, and says what was done. */
    Counts run();
}

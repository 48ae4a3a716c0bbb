package dev.turnkeep.platform.limit;

import java.time.Duration;
import java.time.Instant;

/**
 * How much is left of a window.
 *
 * @param used requests, this one included
 * @param reset when the next window begins
 */
record Allowance(long limit, long used, Instant reset) {
    /** The window that a moment falls in; windows of one length begin at the same moments everywhere. */
    static Instant resetAfter(Instant now, Duration window) {
        long length = window.toMillis();
        return Instant.ofEpochMilli((now.toEpochMilli() / length + 1) * length);
    }

    boolean exceeded() {
        return used > limit;
    }

    long remaining() {
        return Math.max(0, limit - used);
    }
}

package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a turn happened and when the broker had it.
 *
 * @param eventAt the caller's time, at most {@link #FUTURE} past {@code receivedAt}
 * @param receivedAt the broker's append time, so that every consumer of every retry agrees
 */
public record TurnTimes(Instant eventAt, Instant receivedAt) {
    /** How far a caller's clock may run ahead of the broker's before it is capped. */
    public static final Duration FUTURE = Duration.ofSeconds(60);
    /** A turn received later than this after it happened is late. */
    public static final Duration LATE = Duration.ofMinutes(15);

    /** Resolves the times of a turn whose caller gave a time, or gave none (null); to the microsecond, as they are stored. */
    public static TurnTimes resolve(@Nullable Instant callersTime, Instant receivedAt) {
        if (callersTime == null) {
            return new TurnTimes(receivedAt, receivedAt);
        }
        Instant cap = receivedAt.plus(FUTURE);
        Instant eventAt = callersTime.isAfter(cap) ? cap : callersTime;
        return new TurnTimes(eventAt.truncatedTo(ChronoUnit.MICROS), receivedAt);
    }

    /** Received so long after it happened that it must not move any session's times. */
    public boolean late() {
        return Duration.between(eventAt, receivedAt).compareTo(LATE) > 0;
    }
}

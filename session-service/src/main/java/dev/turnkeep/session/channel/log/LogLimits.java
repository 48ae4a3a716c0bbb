package dev.turnkeep.session.channel.log;

import java.time.Duration;

/**
 * What a stream may hold.
 *
 * @param streamSize the most bytes, metered
 * @param producers the most producers
 * @param producerAge after so long without use a producer makes room for another
 */
record LogLimits(long streamSize, int producers, Duration producerAge) {
    private static final int SHARES = 4;
    private static final Duration GUESTS = Duration.ofHours(1);

    /** The most producers of writers with a token only; they come besides the others, whose room they never take. */
    int guests() {
        return Math.max(1, producers / SHARES);
    }

    /** As {@link #producerAge}, of those: pages come and go, and each brings one. */
    Duration guestAge() {
        return producerAge.compareTo(GUESTS) < 0 ? producerAge : GUESTS;
    }
}

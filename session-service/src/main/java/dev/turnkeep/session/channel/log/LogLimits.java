package dev.turnkeep.session.channel.log;

import java.time.Duration;

/**
 * What a stream may hold.
 *
 * @param streamSize the most bytes, metered
 * @param producers the most producers
 * @param producerAge after so long without use a producer makes room for another
 */
record LogLimits(long streamSize, int producers, Duration producerAge) {}

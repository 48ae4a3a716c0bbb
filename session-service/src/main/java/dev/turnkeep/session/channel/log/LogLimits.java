package dev.turnkeep.session.channel.log;

/**
 * @param streamSize the most bytes that a stream holds, metered
 * @param producers the most producers of a stream
 */
record LogLimits(long streamSize, int producers) {}

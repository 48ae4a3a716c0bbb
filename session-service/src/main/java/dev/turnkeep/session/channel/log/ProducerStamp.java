package dev.turnkeep.session.channel.log;

/**
 * Which request of which producer this is.
 *
 * @param epoch 0 to 2^53-1; a higher one fences the lower ones
 * @param seq of the request in its epoch, from 0
 */
public record ProducerStamp(String id, long epoch, long seq) {}

package dev.turnkeep.contracts.problem;

/**
 * How far something is beyond a limit, for clients that make it smaller by themselves.
 *
 * @param size what it has, or the least of it that is known
 * @param limit what it may have, in the same unit, which the text beside it names
 */
public record Excess(long size, long limit) {}

package dev.turnkeep.contracts.turn;

/**
 * Tokens of one turn, each 0 or more.
 *
 * @param inputTokens everything that was read: cache reads and cache writes included (OpenTelemetry's GenAI convention)
 * @param cacheWriteTokens written to a cache, whatever its lifetime
 * @param cacheWrite1hTokens the part of {@code cacheWriteTokens} written to a one-hour cache
 * @param reasoningTokens the part of {@code outputTokens} spent on reasoning, where the provider says so
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long cacheWrite1hTokens,
        long reasoningTokens) {

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0);
}

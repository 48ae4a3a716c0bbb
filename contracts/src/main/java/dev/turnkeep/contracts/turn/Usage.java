package dev.turnkeep.contracts.turn;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says was used in one turn. Counts are 0 or more; a part of one that is beyond its whole is a contradiction
 * of the provider's, and kept.
 *
 * @param inputTokens everything that was read: cache reads and cache writes included (OpenTelemetry's GenAI convention)
 * @param cacheWriteTokens written to a cache, whatever its lifetime
 * @param cacheWrite1hTokens the part of {@code cacheWriteTokens} written to a one-hour cache
 * @param reasoningTokens the part of {@code outputTokens} spent on reasoning, where the provider says so
 * @param partial the counts are what was told before the end, or some of them were never told: the truth is as much or more
 * @param parts what else was told
 * @param serviceTier how the call was served, where that has prices of its own, such as {@code batch}; null for the usual way
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long cacheWrite1hTokens,
        long reasoningTokens,
        boolean partial,
        Map<UsagePart, Long> parts,
        @Nullable String serviceTier) {

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0);

    public Usage {
        parts = Map.copyOf(parts);
    }

    /** Told in full, without other parts, served the usual way. */
    public Usage(
            long inputTokens,
            long outputTokens,
            long cacheReadTokens,
            long cacheWriteTokens,
            long cacheWrite1hTokens,
            long reasoningTokens) {
        this(
                inputTokens,
                outputTokens,
                cacheReadTokens,
                cacheWriteTokens,
                cacheWrite1hTokens,
                reasoningTokens,
                false,
                Map.of(),
                null);
    }

    /** Whether anything was told. No call of a model reads and writes nothing: zeros stand for what nobody said. */
    public boolean isTold() {
        return inputTokens > 0 || outputTokens > 0;
    }

    /** How many of a part there were; 0 when it was not told. */
    public long part(UsagePart part) {
        return parts.getOrDefault(part, 0L);
    }
}

package dev.turnkeep.ingest.provider;

import org.jspecify.annotations.Nullable;

/**
 * Counts of tokens as a provider states them, possibly more than once: the last value of each count holds, and one that
 * is left out keeps its value. What each of them includes is for the provider's own reader to say.
 */
final class TokenCounts {
    @Nullable
    Long input;

    @Nullable
    Long output;

    @Nullable
    Long cacheRead;

    @Nullable
    Long cacheWrite;

    @Nullable
    Long cacheWrite1h;

    @Nullable
    Long reasoning;

    /** Tokens of what tools that the provider runs gave back. */
    @Nullable
    Long toolPrompt;

    final UsageDetails details = new UsageDetails();

    /** Takes over what the later statement says. */
    void update(TokenCounts later) {
        input = later(input, later.input);
        output = later(output, later.output);
        cacheRead = later(cacheRead, later.cacheRead);
        cacheWrite = later(cacheWrite, later.cacheWrite);
        cacheWrite1h = later(cacheWrite1h, later.cacheWrite1h);
        reasoning = later(reasoning, later.reasoning);
        toolPrompt = later(toolPrompt, later.toolPrompt);
        details.update(later.details);
    }

    boolean isTold() {
        return input != null || output != null;
    }

    private static @Nullable Long later(@Nullable Long before, @Nullable Long after) {
        return after == null ? before : after;
    }

    static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}

package dev.turnkeep.contracts.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * A session's totals: always the sums over its turns, late ones included.
 *
 * @param lateTurns a subset of {@code turns}
 * @param inputTokens cache reads and writes included
 * @param costNanoUsd the priced turns' cost; how many turns have none is {@code unpricedTurns}
 */
public record Totals(
        long turns,
        long lateTurns,
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long reasoningTokens,
        long toolCalls,
        long toolErrors,
        long costNanoUsd,
        long unpricedTurns) {

    public static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What one turn adds. */
    public static Totals ofTurn(
            long inputTokens,
            long outputTokens,
            long cacheReadTokens,
            long cacheWriteTokens,
            long reasoningTokens,
            long toolCalls,
            long toolErrors,
            @Nullable Long costNanoUsd) {
        return new Totals(
                1,
                0,
                inputTokens,
                outputTokens,
                cacheReadTokens,
                cacheWriteTokens,
                reasoningTokens,
                toolCalls,
                toolErrors,
                costNanoUsd == null ? 0 : costNanoUsd,
                costNanoUsd == null ? 1 : 0);
    }

    public Totals plus(Totals other, boolean late) {
        return new Totals(
                turns + other.turns,
                lateTurns + (late ? other.turns : 0),
                inputTokens + other.inputTokens,
                outputTokens + other.outputTokens,
                cacheReadTokens + other.cacheReadTokens,
                cacheWriteTokens + other.cacheWriteTokens,
                reasoningTokens + other.reasoningTokens,
                toolCalls + other.toolCalls,
                toolErrors + other.toolErrors,
                costNanoUsd + other.costNanoUsd,
                unpricedTurns + other.unpricedTurns);
    }

    /** Both together. */
    public Totals and(Totals other) {
        return new Totals(
                turns + other.turns,
                lateTurns + other.lateTurns,
                inputTokens + other.inputTokens,
                outputTokens + other.outputTokens,
                cacheReadTokens + other.cacheReadTokens,
                cacheWriteTokens + other.cacheWriteTokens,
                reasoningTokens + other.reasoningTokens,
                toolCalls + other.toolCalls,
                toolErrors + other.toolErrors,
                costNanoUsd + other.costNanoUsd,
                unpricedTurns + other.unpricedTurns);
    }

    /** The same turns at other prices. */
    Totals repriced(long addedCost, long addedUnpriced) {
        return new Totals(
                turns,
                lateTurns,
                inputTokens,
                outputTokens,
                cacheReadTokens,
                cacheWriteTokens,
                reasoningTokens,
                toolCalls,
                toolErrors,
                costNanoUsd + addedCost,
                unpricedTurns + addedUnpriced);
    }
}

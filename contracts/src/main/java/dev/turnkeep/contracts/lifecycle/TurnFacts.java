package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnId;
import org.jspecify.annotations.Nullable;

/**
 * What the lifecycle needs to know of a turn.
 *
 * @param synthetic the harness session id was made from the first words, because the caller named none: with a subject
 *     that has exactly one live session in the harness, the turn joins that one
 * @param parent the session that this one was forked from, if the caller said so
 * @param findings what the turn shows about its session
 * @param partition of the turns topic, where the turn was read
 */
public record TurnFacts(
        TurnId id,
        TurnAddress address,
        boolean synthetic,
        TurnTimes times,
        Labels labels,
        @Nullable Parent parent,
        Totals adds,
        TurnFindings findings,
        int partition) {

    /** A fork's parent as the caller names it; without a harness, the child's own is assumed. */
    public record Parent(@Nullable HarnessId harness, HarnessSessionId harnessSession) {}
}

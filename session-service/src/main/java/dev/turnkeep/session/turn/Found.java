package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * A session that a look-up found before anything was locked.
 *
 * @param harnessSession null for an implicit session
 * @param live whether its epoch was open
 * @param linked whether it had a parent
 * @param guessed whether it was a placeholder under an assumed harness
 */
record Found(
        SessionId id,
        Scope scope,
        HarnessId harness,
        @Nullable HarnessSessionId harnessSession,
        boolean live,
        boolean linked,
        boolean guessed) {}

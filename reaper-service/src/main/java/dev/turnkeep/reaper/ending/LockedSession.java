package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session's row, read under its lock.
 *
 * @param lastActivityAt what retention counts from: the last turn in time; without one the last write, or, before any turn
 *     at all, the creation
 */
public record LockedSession(
        SessionId id,
        State state,
        int epoch,
        long version,
        @Nullable Instant lastReceivedAt,
        @Nullable Integer partition,
        @Nullable Instant expiresAt,
        Instant lastActivityAt) {}

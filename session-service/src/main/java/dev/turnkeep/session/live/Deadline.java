package dev.turnkeep.session.live;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import java.time.Duration;
import java.time.Instant;

/**
 * When an open session has been idle for too long.
 *
 * @param score as in {@link LivenessIndex#score}
 */
public record Deadline(SessionId session, long score) {
    public static Deadline of(SessionId session, Instant lastReceivedAt, Duration idle) {
        return new Deadline(session, LivenessIndex.score(lastReceivedAt, idle));
    }
}

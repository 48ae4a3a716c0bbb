package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * One change of a session's state that no turn makes, as the database function {@code change_sessions} is asked for it.
 *
 * @param type what the world is told: also which change it is
 * @param version of the row that was read: a row that has moved since is not changed
 * @param reason of an end or a close
 */
public record Change(
        EventType type,
        SessionId session,
        int epoch,
        long version,
        @Nullable String reason) {

    /** The id of the event: nothing ends an epoch twice; everything else can happen again, at another version. */
    public EventId eventId() {
        String cause = type == EventType.ENDED ? "" : Long.toString(version + 1);
        return Identities.event(session, epoch, type.text(), cause);
    }
}

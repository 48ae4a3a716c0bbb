package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.TurnId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a session, written in the transaction that made it happen.
 *
 * @param session the session as it was right after: of an end, the session that ended and never the next one
 * @param detail what the type adds: the kind of a start, the reason of an end, the id of a late turn
 */
public record SessionEvent(
        EventId id,
        EventType type,
        Instant occurredAt,
        Session session,
        @Nullable String detail) {

    static SessionEvent started(Session session, StartKind kind, Instant at) {
        return of(EventType.STARTED, session, "", at, kind.text());
    }

    static SessionEvent ended(Session session, EndReason reason, Instant at) {
        return of(EventType.ENDED, session, "", at, reason.text());
    }

    static SessionEvent resumed(Session session, Instant at) {
        return of(EventType.RESUMED, session, Long.toString(session.version()), at, null);
    }

    static SessionEvent late(Session session, TurnId turn, Instant at) {
        return of(EventType.TURN_LATE, session, turn.toString(), at, turn.toString());
    }

    /** Something changed that lists filter by, and no turn brought it. */
    public static SessionEvent updated(Session session, Instant at) {
        return of(EventType.UPDATED, session, Long.toString(session.version()), at, null);
    }

    private static SessionEvent of(EventType type, Session session, String cause, Instant at, @Nullable String detail) {
        EventId id = Identities.event(session.id(), session.lifetime().epoch(), type.text(), cause);
        return new SessionEvent(id, type, at, session, detail);
    }
}

package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a turn does to the session it belongs to. */
public enum Decision {
    /** The first epoch of a session begins. */
    START,
    /** It belongs to the open epoch. */
    EXTEND,
    /** It belongs to the open epoch, which was suspended. */
    RESUME,
    /** The same session begins its next epoch. */
    REOPEN,
    /** The slot's live session ends at its last event; a new one begins. */
    BOUNDARY,
    /** It is stored and counted, and moves nothing. */
    LATE,
    /** It is late and there is no session it could join: one is made, already ended. */
    BACKFILL;

    /** A turn that names its session: such a session is never split, it reopens. */
    public static Decision explicit(Lifetime session, TurnTimes turn, Duration idle) {
        return switch (session.state()) {
            case CREATED -> turn.late() ? BACKFILL : START;
            case OPEN -> turn.late() ? LATE : EXTEND;
            case SUSPENDED -> turn.late() ? LATE : RESUME;
            case ENDED -> turn.late() || !turn.eventAt().isAfter(session.fence(idle)) ? LATE : REOPEN;
            case CLOSED, RETIRED -> LATE;
        };
    }

    /** A turn that names an implicit session by its id: the slot has moved on, so an ended one stays ended. */
    public static Decision implicitById(Lifetime session, TurnTimes turn, Duration idle) {
        Decision decision = explicit(session, turn, idle);
        return decision == REOPEN ? LATE : decision;
    }

    /**
     * A turn of an actor slot.
     *
     * @param newest the slot's live session, else the one that started last, if there is any
     */
    public static Decision implicit(Optional<Lifetime> newest, TurnTimes turn, Duration idle) {
        if (newest.isEmpty()) {
            return turn.late() ? BACKFILL : START;
        }
        Lifetime session = newest.get();
        if (!session.state().live()) {
            return turn.late() || !turn.eventAt().isAfter(session.fence(idle)) ? LATE : START;
        }
        if (turn.late() || precedes(session, turn, idle)) {
            return LATE;
        }
        if (session.state() == State.SUSPENDED) {
            return RESUME;
        }
        Instant last = session.lastEventAt() == null ? turn.eventAt() : session.lastEventAt();
        return Idle.exceeded(last, turn.eventAt(), idle) ? BOUNDARY : EXTEND;
    }

    /** Earlier than the idle timeout before the session's start: too early to extend it backwards. */
    static boolean precedes(Lifetime session, TurnTimes turn, Duration idle) {
        return session.startedAt() != null && Idle.exceeded(turn.eventAt(), session.startedAt(), idle);
    }

    /** Whether the slot's newest session takes a late turn, live or ended: the turn is not too early for it. */
    static boolean reaches(Lifetime session, TurnTimes turn, Duration idle) {
        return session.startedAt() != null && !precedes(session, turn, idle);
    }

    /** Whether an older session of the slot takes a late turn: it had started, or, made by late turns, is near enough. */
    static boolean covers(Lifetime session, TurnTimes turn, Duration idle) {
        return session.backfilled()
                ? reaches(session, turn, idle)
                : session.startedAt() != null && !session.startedAt().isAfter(turn.eventAt());
    }
}

package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle columns of a session.
 *
 * @param epoch 0 until the first turn, then +1 on every start
 * @param startedAt the least event time of the turns that are not late (of a backfill: of all)
 * @param lastEventAt the greatest event time of the turns that are not late; null for a backfill
 * @param lastReceivedAt the broker's append time of the last turn that is not late
 * @param endedAt the last event of the ended epoch, or the request's time; null while an epoch is open
 * @param closedAt set once, for ever
 */
public record Lifetime(
        State state,
        int epoch,
        @Nullable Instant startedAt,
        @Nullable Instant lastEventAt,
        @Nullable Instant lastReceivedAt,
        @Nullable Instant endedAt,
        @Nullable EndReason endReason,
        @Nullable Instant suspendedAt,
        @Nullable Instant closedAt) {

    /** Epoch 0. */
    public static final Lifetime CREATED = new Lifetime(State.CREATED, 0, null, null, null, null, null, null, null);

    /** The next epoch begins with this turn: the first one, or a reopening. */
    Lifetime start(TurnTimes turn) {
        return new Lifetime(
                State.OPEN,
                epoch + 1,
                least(startedAt, turn.eventAt()),
                greatest(lastEventAt, turn.eventAt()),
                greatest(lastReceivedAt, turn.receivedAt()),
                null,
                null,
                null,
                null);
    }

    /** The turn belongs to the open epoch; a suspended one is resumed by it. */
    Lifetime extend(TurnTimes turn) {
        return new Lifetime(
                State.OPEN,
                epoch,
                least(startedAt, turn.eventAt()),
                greatest(lastEventAt, turn.eventAt()),
                greatest(lastReceivedAt, turn.receivedAt()),
                null,
                null,
                null,
                null);
    }

    /** The epoch ends at its last event, because a later turn of the slot lies beyond the idle timeout. */
    Lifetime endAtBoundary() {
        return new Lifetime(
                State.ENDED,
                epoch,
                startedAt,
                lastEventAt,
                lastReceivedAt,
                lastEventAt,
                EndReason.BOUNDARY,
                null,
                null);
    }

    /** A late turn made this session, which therefore is born ended. */
    Lifetime backfill(TurnTimes turn) {
        return new Lifetime(
                State.ENDED,
                epoch + 1,
                least(startedAt, turn.eventAt()),
                lastEventAt,
                lastReceivedAt,
                turn.eventAt(),
                EndReason.BACKFILL,
                null,
                null);
    }

    /** A late turn joins: it widens a backfill and moves nothing else. */
    Lifetime late(TurnTimes turn) {
        if (!backfilled()) {
            return this;
        }
        return new Lifetime(
                state,
                epoch,
                least(startedAt, turn.eventAt()),
                lastEventAt,
                lastReceivedAt,
                greatest(endedAt, turn.eventAt()),
                endReason,
                suspendedAt,
                closedAt);
    }

    /** Born ended, and no turn in time has opened it since. */
    boolean backfilled() {
        return state == State.ENDED && endReason == EndReason.BACKFILL;
    }

    /**
     * The fence of the ended epoch: a turn up to it is late in this session, one beyond it starts anew. After a backfill
     * it is the end itself: it widens with every late turn, and a fence ahead of it would swallow the live conversation
     * that follows.
     */
    Instant fence(Duration idle) {
        if (closedAt != null) {
            return closedAt;
        }
        Instant end = endedAt == null ? Instant.MIN : endedAt;
        return endReason == EndReason.IDLE ? end.plus(idle) : end;
    }

    private static Instant least(@Nullable Instant a, Instant b) {
        return a == null || b.isBefore(a) ? b : a;
    }

    private static Instant greatest(@Nullable Instant a, Instant b) {
        return a == null || b.isAfter(a) ? b : a;
    }
}

package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.SessionId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody other than a turn can ask of a session: the state machine without its turns. */
public enum Command {
    SUSPEND,
    RESUME,
    /** The epoch is over at once; a later turn reopens an explicit session. */
    END,
    /** The epoch was idle for too long. */
    END_IDLE,
    /** Final. An open epoch ends with it. */
    CLOSE,
    /** The time that the session was given is over: final, too. */
    EXPIRE,
    /** The session's keys are free again. */
    RETIRE;

    /** What a command comes to in a session's state. */
    public sealed interface Plan permits Changes, Already, Refused {}

    /** To be made in this order, in one transaction. */
    public record Changes(List<Change> changes) implements Plan {}

    /** The session is as asked for. */
    public record Already() implements Plan {}

    /** The state does not allow it. */
    public record Refused() implements Plan {}

    /**
     * @param version of the row as it was read under its lock
     * @param reason the caller's words for a close; null for none
     */
    public Plan plan(SessionId id, State state, int epoch, long version, @Nullable String reason) {
        return switch (this) {
            case SUSPEND ->
                switch (state) {
                    case OPEN -> one(new Change(EventType.SUSPENDED, id, epoch, version, null));
                    case SUSPENDED -> new Already();
                    case CREATED, ENDED, CLOSED, RETIRED -> new Refused();
                };
            case RESUME ->
                switch (state) {
                    case SUSPENDED -> one(new Change(EventType.RESUMED, id, epoch, version, null));
                    case OPEN -> new Already();
                    case CREATED, ENDED, CLOSED, RETIRED -> new Refused();
                };
            case END ->
                switch (state) {
                    case OPEN, SUSPENDED -> one(end(id, epoch, version, EndReason.REQUESTED));
                    case ENDED -> new Already();
                    case CREATED, CLOSED, RETIRED -> new Refused();
                };
            case END_IDLE ->
                switch (state) {
                    case OPEN -> one(end(id, epoch, version, EndReason.IDLE));
                    case ENDED -> new Already();
                    case CREATED, SUSPENDED, CLOSED, RETIRED -> new Refused();
                };
            case CLOSE -> close(id, state, epoch, version, EventType.CLOSED, EndReason.CLOSED, reason);
            case EXPIRE ->
                close(id, state, epoch, version, EventType.EXPIRED, EndReason.EXPIRED, EndReason.EXPIRED.text());
            case RETIRE ->
                switch (state) {
                    case CREATED, ENDED, CLOSED -> one(new Change(EventType.RETIRED, id, epoch, version, null));
                    case RETIRED -> new Already();
                    case OPEN, SUSPENDED -> new Refused();
                };
        };
    }

    private static Plan close(
            SessionId id,
            State state,
            int epoch,
            long version,
            EventType type,
            EndReason endReason,
            @Nullable String reason) {
        List<Change> changes = new ArrayList<>();
        long closing = version;
        switch (state) {
            case OPEN, SUSPENDED -> changes.add(end(id, epoch, closing++, endReason));
            case CREATED, ENDED -> {
                // No epoch is open.
            }
            case CLOSED -> {
                return new Already();
            }
            case RETIRED -> {
                return new Refused();
            }
        }
        changes.add(new Change(type, id, epoch, closing, reason));
        return new Changes(changes);
    }

    private static Change end(SessionId id, int epoch, long version, EndReason reason) {
        return new Change(EventType.ENDED, id, epoch, version, reason.text());
    }

    private static Plan one(Change change) {
        return new Changes(List.of(change));
    }
}

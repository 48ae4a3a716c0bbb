package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.UUID;

/** The identity of a session event. */
public record EventId(UUID value) {
    /** Reads the 36-character text form; refuses anything else as field {@code event_id} (422). */
    public static EventId parse(String text) {
        return new EventId(Uuids.parse(text).orElseThrow(() -> Invalid.field("event_id", "must be a UUID")));
    }

    /** The 36-character lower-case text form. */
    @Override
    public String toString() {
        return value.toString();
    }
}

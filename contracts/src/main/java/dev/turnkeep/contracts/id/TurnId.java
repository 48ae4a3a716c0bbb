package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.UUID;

/** The identity of a turn: a retry of it has the same one. */
public record TurnId(UUID value) {
    /** Reads the 36-character text form; refuses anything else as field {@code turn_id} (422). */
    public static TurnId parse(String text) {
        return new TurnId(Uuids.parse(text).orElseThrow(() -> Invalid.field("turn_id", "must be a UUID")));
    }

    /** The 36-character lower-case text form. */
    @Override
    public String toString() {
        return value.toString();
    }
}

package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.UUID;

/** An API key's identity: safe to show and log, unlike the key. */
public record KeyId(UUID value) {
    /** Reads the 36-character text form; refuses anything else as field {@code key_id} (422). */
    public static KeyId parse(String text) {
        return new KeyId(Uuids.parse(text).orElseThrow(() -> Invalid.field("key_id", "must be a UUID")));
    }

    /** The 36-character lower-case text form. */
    @Override
    public String toString() {
        return value.toString();
    }
}

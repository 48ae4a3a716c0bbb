package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.body.Scrubbed;
import org.jspecify.annotations.Nullable;

/** Texts that name things for people: capped, and without what stores cannot hold. */
public final class Labels {
    private Labels() {}

    /** @throws Invalid (422) over the cap, in characters: nothing is cut off in silence */
    public static @Nullable String of(String field, @Nullable String text, int cap) {
        if (text == null) {
            return null;
        }
        if (text.length() > cap) {
            throw Invalid.field(field, "at most " + cap + " characters");
        }
        return Scrubbed.text(text);
    }
}

package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.body.Scrubbed;
import org.jspecify.annotations.Nullable;

/** Names that something is found by: never altered, so what stores cannot hold is refused. */
public final class Identifiers {
    private Identifiers() {}

    /** @throws Invalid (422) over the cap, in characters, and for NUL and lone surrogates */
    public static @Nullable String of(String field, @Nullable String text, int cap) {
        if (text == null) {
            return null;
        }
        if (text.length() > cap) {
            throw Invalid.field(field, "at most " + cap + " characters");
        }
        if (!Scrubbed.text(text).equals(text)) {
            throw Invalid.field(field, "must not contain NUL or a lone surrogate");
        }
        return text;
    }
}

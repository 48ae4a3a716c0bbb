package dev.turnkeep.session.control;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What tells a request apart from its repetitions: the same over all tries of one call. */
record RequestKey(String value) {
    private static final int CAP = 256;

    /** The header's value; what is absent, blank or unfit for a key is none. */
    static Optional<RequestKey> of(@Nullable String header) {
        return Optional.ofNullable(header)
                .filter(text -> !text.isBlank() && text.length() <= CAP)
                .filter(text -> text.chars().allMatch(c -> c > ' ' && c < 0x7f))
                .map(RequestKey::new);
    }
}

package dev.turnkeep.ingest.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which letters are asked for; null is any.
 *
 * @param from kept then or later
 * @param until kept before then
 * @param again those as well that were put back before and refused once more
 */
record LetterFilter(
        @Nullable String code,
        @Nullable String stage,
        @Nullable String org,
        @Nullable Instant from,
        @Nullable Instant until,
        boolean again) {
    boolean matches(Letter letter) {
        return is(code, letter.header("code"))
                && is(stage, letter.header("stage"))
                && is(org, letter.header("org"))
                && (from == null || !letter.keptAt().isBefore(from))
                && (until == null || letter.keptAt().isBefore(until))
                && (again || !letter.isOfRequeue());
    }

    private static boolean is(@Nullable String wanted, @Nullable String given) {
        return wanted == null || wanted.isEmpty() || wanted.equals(given);
    }
}

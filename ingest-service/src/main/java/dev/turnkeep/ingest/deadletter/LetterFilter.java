package dev.turnkeep.ingest.deadletter;

import org.jspecify.annotations.Nullable;

/** Which letters are asked for; null is any. */
record LetterFilter(
        @Nullable String code,
        @Nullable String stage,
        @Nullable String org) {
    boolean matches(Letter letter) {
        return is(code, letter.header("code")) && is(stage, letter.header("stage")) && is(org, letter.header("org"));
    }

    private static boolean is(@Nullable String wanted, @Nullable String given) {
        return wanted == null || wanted.isEmpty() || wanted.equals(given);
    }
}

package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;

/** The one rule for ids that callers choose: 1 to a cap of characters, no NUL, no lone surrogate. */
final class IdText {
    private IdText() {}

    static String checked(String field, String value, int cap) {
        if (value.isBlank() || value.length() > cap) {
            throw Invalid.field(field, "1.." + cap + " characters");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0) {
                throw Invalid.field(field, "must not contain NUL");
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw Invalid.field(field, "must not contain a lone surrogate");
            }
        }
        return value;
    }
}

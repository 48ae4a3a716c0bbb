package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.Optional;
import java.util.UUID;

/**
 * A session's identity. Its friendly form, the one people see, is {@code session_} and the 128 bits as one big-endian
 * number in Crockford's base32: lower case, 26 characters, the first of them 0 to 7.
 */
public record SessionId(UUID value) implements Comparable<SessionId> {
    private static final String PREFIX = "session_";
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int DIGITS = 26;

    /** The friendly form. */
    public String friendly() {
        char[] text = new char[DIGITS];
        long high = value.getMostSignificantBits();
        long low = value.getLeastSignificantBits();
        for (int i = DIGITS - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
        return PREFIX + new String(text);
    }

    /** Reads the friendly form or the 36-character UUID; empty for anything else. */
    public static Optional<SessionId> parse(String text) {
        return text.startsWith(PREFIX)
                ? fromFriendly(text.substring(PREFIX.length()))
                : Uuids.parse(text).map(SessionId::new);
    }

    /** Reads the friendly form only; refuses anything else as field {@code session_id} (422). */
    public static SessionId parseFriendly(String text) {
        return Optional.of(text)
                .filter(t -> t.startsWith(PREFIX))
                .flatMap(SessionId::parse)
                .orElseThrow(() -> Invalid.field("session_id", "must be session_ and 26 base32 characters"));
    }

    private static Optional<SessionId> fromFriendly(String digits) {
        if (digits.length() != DIGITS || digits.charAt(0) > '7') {
            return Optional.empty();
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = ALPHABET.indexOf(digits.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            high = (high << 5) | (low >>> 59);
            low = (low << 5) | digit;
        }
        return Optional.of(new SessionId(new UUID(high, low)));
    }

    /** Unsigned order of the 128 bits: the order in which Postgres sorts uuids, and so in which rows are locked. */
    @Override
    public int compareTo(SessionId other) {
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

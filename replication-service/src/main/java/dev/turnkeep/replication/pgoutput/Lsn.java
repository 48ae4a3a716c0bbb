package dev.turnkeep.replication.pgoutput;

import java.util.Locale;

/**
 * A position in the write-ahead log: an unsigned count of bytes, written {@code high/low} in hexadecimal.
 *
 * @param value all 64 bits are used, so that a position may be negative as a {@code long}
 */
public record Lsn(long value) implements Comparable<Lsn> {
    /** Before everything. */
    public static final Lsn ZERO = new Lsn(0);

    private static final int HALF = 32;
    private static final int HEX = 16;

    /**
     * Reads Postgres' form, such as {@code 16/B374D848}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || !text.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
            throw new IllegalArgumentException("a position has the form 16/B374D848");
        }
        long high = Long.parseLong(text.substring(0, slash), HEX);
        return new Lsn(high << HALF | Long.parseLong(text.substring(slash + 1), HEX));
    }

    public boolean isAfter(Lsn other) {
        return compareTo(other) > 0;
    }

    /** The later of both. */
    public Lsn max(Lsn other) {
        return isAfter(other) ? this : other;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    /** As Postgres writes it. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%X/%X", value >>> HALF, value & 0xFFFF_FFFFL);
    }
}

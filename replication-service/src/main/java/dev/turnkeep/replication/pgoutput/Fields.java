package dev.turnkeep.replication.pgoutput;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/** A cursor over one message. Whatever would read beyond its end is an error with the message's position. */
final class Fields {
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int BYTE = 0xFF;

    private final byte[] array;
    private final int to;
    private final Lsn at;
    private int position;

    Fields(byte[] array, int from, int to, Lsn at) {
        this.array = array;
        this.position = from;
        this.to = to;
        this.at = at;
    }

    byte[] array() {
        return array;
    }

    int position() {
        return position;
    }

    CorruptMessageException corrupt(String what) {
        return new CorruptMessageException(at, what);
    }

    int uint8() {
        return array[take(1)] & BYTE;
    }

    int uint16() {
        int start = take(Short.BYTES);
        return (array[start] & BYTE) << 8 | (array[start + 1] & BYTE);
    }

    int int32() {
        return ByteBuffer.wrap(array, take(Integer.BYTES), Integer.BYTES).getInt();
    }

    private long int64() {
        return ByteBuffer.wrap(array, take(Long.BYTES), Long.BYTES).getLong();
    }

    Lsn lsn() {
        return new Lsn(int64());
    }

    /** Microseconds since the year 2000. */
    Instant time() {
        long micros = int64();
        try {
            return EPOCH.plus(micros, ChronoUnit.MICROS);
        } catch (DateTimeException | ArithmeticException e) {
            throw corrupt("no time is " + micros + " microseconds from the year 2000");
        }
    }

    /** A length that the rest of the message can hold. */
    int length() {
        int length = int32();
        if (length < 0 || length > to - position) {
            throw corrupt("a length of " + length + " where " + (to - position) + " bytes are left");
        }
        return length;
    }

    byte[] bytes(int length) {
        int start = take(length);
        return Arrays.copyOfRange(array, start, start + length);
    }

    void skip(int length) {
        take(length);
    }

    /** Up to a zero byte. */
    String string() {
        int start = position;
        while (uint8() != 0) {
            // The check of the bounds is what matters.
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array, start, position - 1 - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw corrupt("a name that is not UTF-8");
        }
    }

    void end() {
        if (position != to) {
            throw corrupt((to - position) + " bytes too many");
        }
    }

    private int take(int length) {
        if (length > to - position) {
            throw corrupt("it ends after " + (to - position) + " of " + length + " bytes");
        }
        int start = position;
        position += length;
        return start;
    }
}

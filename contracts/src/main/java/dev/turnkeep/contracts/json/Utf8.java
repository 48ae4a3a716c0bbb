package dev.turnkeep.contracts.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Strict UTF-8 (RFC 3629): no overlong forms, no surrogates as three bytes, nothing above U+10FFFF. Jackson's byte
 * parser lets some of these through, so bytes from outside are checked before they are parsed.
 */
public final class Utf8 {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** The index in the array of the first byte of the first invalid sequence, or -1 when all is valid. */
    public static int firstInvalid(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (bytes[at] >= 0) {
                at = afterAscii(bytes, at, end);
                continue;
            }
            int size = sequence(bytes, at, end);
            if (size == 0) {
                return at;
            }
            at += size;
        }
        return -1;
    }

    private static int afterAscii(byte[] bytes, int from, int end) {
        int at = from;
        while (at + Long.BYTES <= end && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < end && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /** The length of the sequence that starts with a byte above 0x7F, or 0 when it is not valid. */
    private static int sequence(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xFF;
        int left = end - at;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return left >= 2 && continues(bytes[at + 1]) ? 2 : 0;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return left >= 3 && second(lead, bytes[at + 1]) && continues(bytes[at + 2]) ? 3 : 0;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            boolean valid =
                    left >= 4 && second(lead, bytes[at + 1]) && continues(bytes[at + 2]) && continues(bytes[at + 3]);
            return valid ? 4 : 0;
        }
        return 0;
    }

    /** The second byte's range is narrower after some leads: there overlong forms, surrogates and the end of Unicode lie. */
    private static boolean second(int lead, byte second) {
        int value = second & 0xFF;
        return switch (lead) {
            case 0xE0 -> value >= 0xA0 && value <= 0xBF;
            case 0xED -> value >= 0x80 && value <= 0x9F;
            case 0xF0 -> value >= 0x90 && value <= 0xBF;
            case 0xF4 -> value >= 0x80 && value <= 0x8F;
            default -> continues(second);
        };
    }

    private static boolean continues(byte value) {
        return (value & 0xC0) == 0x80;
    }
}

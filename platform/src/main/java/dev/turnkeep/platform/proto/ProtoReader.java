package dev.turnkeep.platform.proto;

import dev.turnkeep.contracts.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of one protobuf message, one after the other, without a tree: what is not asked for is stepped over and costs
 * no memory. Every field that {@link #next} stands on has to be taken or skipped; a field that comes in another coding
 * than it is taken in is malformed.
 */
public final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    /** What was read is no protobuf, or has not the fields that it should have. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String what;

        private Malformed(String what) {
            super(what, null, false, false);
            this.what = what;
        }

        @Override
        public String getMessage() {
            return what;
        }
    }

    private final byte[] array;
    private final int end;
    private int at;
    private int field;
    private int wire;

    private ProtoReader(byte[] array, int from, int to) {
        this.array = array;
        this.at = from;
        this.end = to;
    }

    public static ProtoReader of(byte[] array) {
        return of(array, 0, array.length);
    }

    /** @param array is read in place, not copied */
    public static ProtoReader of(byte[] array, int offset, int length) {
        return new ProtoReader(array, offset, offset + length);
    }

    /**
     * Moves to the next field; false at the end.
     *
     * @throws Malformed as every method here
     */
    public boolean next() {
        if (at == end) {
            return false;
        }
        long tag = rawVarint();
        field = (int) (tag >>> 3);
        wire = (int) (tag & 7);
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw malformed();
        }
        return true;
    }

    /** The number of the field. */
    public int field() {
        return field;
    }

    /** Of 64 bits without a sign. */
    public long varint() {
        expect(VARINT);
        return rawVarint();
    }

    public long fixed64() {
        expect(FIXED64);
        advance(Long.BYTES);
        long value = 0;
        for (int i = 1; i <= Long.BYTES; i++) {
            value = value << 8 | (array[at - i] & 0xFFL);
        }
        return value;
    }

    public ProtoReader message() {
        int length = length();
        return new ProtoReader(array, at - length, at);
    }

    public byte[] bytes() {
        int length = length();
        return Arrays.copyOfRange(array, at - length, at);
    }

    public String text() {
        int length = length();
        if (Utf8.firstInvalid(array, at - length, length) >= 0) {
            throw new Malformed("a text is not UTF-8");
        }
        return new String(array, at - length, length, StandardCharsets.UTF_8);
    }

    public void skip() {
        switch (wire) {
            case VARINT -> rawVarint();
            case FIXED64 -> advance(Long.BYTES);
            case BYTES -> length();
            case FIXED32 -> advance(Integer.BYTES);
            default -> throw malformed();
        }
    }

    private void expect(int coding) {
        if (wire != coding) {
            throw malformed();
        }
    }

    /** Passes over what has a length, which it answers. */
    private int length() {
        expect(BYTES);
        long length = rawVarint();
        if (length < 0 || length > end - at) {
            throw malformed();
        }
        at += (int) length;
        return (int) length;
    }

    private void advance(int bytes) {
        if (bytes > end - at) {
            throw malformed();
        }
        at += bytes;
    }

    private long rawVarint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            advance(1);
            byte b = array[at - 1];
            value |= (b & 0x7FL) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw malformed();
    }

    private static Malformed malformed() {
        return new Malformed("not a protobuf message of this kind");
    }
}

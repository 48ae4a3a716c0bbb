package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;

/**
 * The fields of one protobuf message, one after the other, without a tree: what is not asked for is stepped over and costs
 * no memory. Every field that {@link #next} stands on has to be taken or skipped.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

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

    static ProtoReader of(RawJson body) {
        return new ProtoReader(body.array(), body.offset(), body.offset() + body.length());
    }

    /** Moves to the next field; false at the end. */
    boolean next() {
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

    int field() {
        return field;
    }

    long varint() {
        return wire == VARINT ? rawVarint() : other();
    }

    long fixed64() {
        if (wire != FIXED64) {
            return other();
        }
        long value = 0;
        require(Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            value |= (array[at + i] & 0xFFL) << (8 * i);
        }
        at += Long.BYTES;
        return value;
    }

    ProtoReader message() {
        int length = length();
        ProtoReader message = new ProtoReader(array, at, at + length);
        at += length;
        return message;
    }

    byte[] bytes() {
        int length = length();
        byte[] bytes = new byte[length];
        System.arraycopy(array, at, bytes, 0, length);
        at += length;
        return bytes;
    }

    String text() {
        int length = length();
        if (Utf8.firstInvalid(array, at, length) >= 0) {
            throw new Invalid(Problem.MALFORMED, null, "a text is not UTF-8");
        }
        String text = new String(array, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    void skip() {
        switch (wire) {
            case VARINT -> rawVarint();
            case FIXED64 -> advance(8);
            case BYTES -> advance(length());
            case FIXED32 -> advance(4);
            default -> throw malformed();
        }
    }

    /** A number in another coding than its type has: read over, as 0. */
    private long other() {
        skip();
        return 0;
    }

    private int length() {
        if (wire != BYTES) {
            throw malformed();
        }
        long length = rawVarint();
        if (length < 0 || length > end - at) {
            throw malformed();
        }
        return (int) length;
    }

    private void advance(int bytes) {
        require(bytes);
        at += bytes;
    }

    private void require(int bytes) {
        if (bytes > end - at) {
            throw malformed();
        }
    }

    private long rawVarint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            require(1);
            byte b = array[at++];
            value |= (b & 0x7FL) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw malformed();
    }

    private static Invalid malformed() {
        return new Invalid(Problem.MALFORMED, null, "not a protobuf of traces");
    }
}

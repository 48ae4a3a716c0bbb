package dev.turnkeep.session.channel.s2;

import io.vertx.core.buffer.Buffer;

/** The fields of one protobuf message in turn. Every field that {@link #next} stands on has to be taken or skipped. */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final Buffer buffer;
    private final int end;
    private int at;
    private int field;
    private int wire;

    private ProtoReader(Buffer buffer, int from, int end) {
        this.buffer = buffer;
        this.at = from;
        this.end = end;
    }

    static ProtoReader of(Buffer message) {
        return new ProtoReader(message, 0, message.length());
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

    /** Of 64 bits without a sign. */
    long varint() {
        if (wire != VARINT) {
            throw malformed();
        }
        return rawVarint();
    }

    ProtoReader message() {
        int length = length();
        at += length;
        return new ProtoReader(buffer, at - length, at);
    }

    Buffer bytes() {
        int length = length();
        at += length;
        return buffer.getBuffer(at - length, at);
    }

    void skip() {
        switch (wire) {
            case VARINT -> rawVarint();
            case FIXED64 -> advance(Long.BYTES);
            case BYTES -> advance(length());
            case FIXED32 -> advance(Integer.BYTES);
            default -> throw malformed();
        }
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
        if (bytes > end - at) {
            throw malformed();
        }
        at += bytes;
    }

    private long rawVarint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            advance(1);
            byte b = buffer.getByte(at - 1);
            value |= (b & 0x7FL) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw malformed();
    }

    private static Refused malformed() {
        return Refused.of(400, "bad_proto", "not a protobuf of a batch");
    }
}

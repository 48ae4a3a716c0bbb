package dev.turnkeep.contracts.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** A growing run of bytes that is written, cut back and reused. Not thread-safe. */
public final class ByteBuilder {
    private byte[] bytes;
    private int length;

    public ByteBuilder(int capacity) {
        bytes = new byte[Math.max(capacity, 16)];
    }

    public int length() {
        return length;
    }

    public byte at(int index) {
        return bytes[Objects.checkIndex(index, length)];
    }

    public ByteBuilder append(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public ByteBuilder append(byte[] from, int offset, int count) {
        reserve(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
        return this;
    }

    public ByteBuilder append(RawJson json) {
        return append(json.array(), json.offset(), json.length());
    }

    /** A range of another builder's bytes. */
    public ByteBuilder append(ByteBuilder from, int start, int end) {
        return append(from.bytes, start, end - start);
    }

    public ByteBuilder append(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return append(utf8, 0, utf8.length);
    }

    /** Cuts back to the first {@code newLength} bytes. */
    public void truncate(int newLength) {
        Objects.checkFromToIndex(0, newLength, length);
        length = newLength;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** A copy of what was written, as a JSON value. */
    public RawJson toJson() {
        return RawJson.of(toBytes(), 0, length);
    }

    /** Makes room, so that {@code count} bytes can be put without a check of their own. */
    void reserve(int count) {
        if (count > bytes.length - length) {
            long wanted = Math.max(2L * bytes.length, (long) length + count);
            // A little below the largest array: JVMs refuse the last few.
            int capacity = (int) Math.min(wanted, Integer.MAX_VALUE - 8);
            if (capacity - length < count) {
                throw new OutOfMemoryError("more bytes than an array holds");
            }
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }

    /** Only after {@link #reserve}. */
    void put(int value) {
        bytes[length++] = (byte) value;
    }
}

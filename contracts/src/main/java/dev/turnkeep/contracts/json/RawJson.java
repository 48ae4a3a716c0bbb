package dev.turnkeep.contracts.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One JSON value as it was given: a slice of UTF-8 bytes that a parser has accepted. Nothing in it is reformatted, so big
 * numbers, key order and escapes survive. The slice is shared with whoever made it and must not be written to.
 */
public final class RawJson {
    private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

    private final byte[] bytes;
    private final int offset;
    private final int length;

    private RawJson(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** A slice of the given bytes, which are not copied. */
    public static RawJson of(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        return new RawJson(bytes, offset, length);
    }

    /** The UTF-8 bytes of a text. A lone surrogate, which can only stand inside a JSON string, becomes its escape. */
    public static RawJson of(String json) {
        String encodable = json.chars().anyMatch(c -> Character.isSurrogate((char) c))
                ? LONE_SURROGATE
                        .matcher(json)
                        .replaceAll(lone ->
                                String.format("\\\\u%04x", (int) lone.group().charAt(0)))
                : json;
        byte[] bytes = encodable.getBytes(StandardCharsets.UTF_8);
        return new RawJson(bytes, 0, bytes.length);
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    /** The array that the slice is a part of; see {@link #offset()}. For parsers that read in place. */
    public byte[] array() {
        return bytes;
    }

    public int offset() {
        return offset;
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, offset, length);
    }

    /** Adds the bytes to a digest, without copying them. */
    public void digestInto(MessageDigest digest) {
        digest.update(bytes, offset, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawJson that
                && Arrays.equals(bytes, offset, offset + length, that.bytes, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
}

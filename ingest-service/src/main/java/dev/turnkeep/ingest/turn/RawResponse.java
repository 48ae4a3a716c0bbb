package dev.turnkeep.ingest.turn;

import com.fasterxml.jackson.core.JsonParser;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that came from the provider, still in their content coding.
 *
 * @param bytes empty when there are more than {@link #CAP}: {@code oversized} then says so
 * @param encoding their {@code Content-Encoding}, null when none
 * @param contentType their {@code Content-Type}, null when not told
 */
record RawResponse(
        ByteBuffer bytes,
        boolean oversized,
        @Nullable String encoding,
        @Nullable String contentType) {
    /** The most bytes that are reduced. */
    static final int CAP = 8 * 1024 * 1024;

    /** @param value a JSON string in base64, or null */
    static @Nullable RawResponse of(@Nullable RawJson value, @Nullable String encoding, @Nullable String contentType) {
        if (value == null) {
            return null;
        }
        byte[] array = value.array();
        int last = value.offset() + value.length() - 1;
        if (array[value.offset()] != '"' || array[last] != '"') {
            throw Fields.malformed("raw_response", "must be a base64 string");
        }
        if (value.length() == 2) {
            return null;
        }
        try {
            ByteBuffer inner = hasEscape(array, value.offset(), last)
                    ? unescaped(value)
                    : ByteBuffer.wrap(array, value.offset() + 1, value.length() - 2);
            if (inner.remaining() / 4L * 3 > CAP + 3) {
                return new RawResponse(ByteBuffer.allocate(0), true, encoding, contentType);
            }
            ByteBuffer decoded = Base64.getDecoder().decode(inner);
            return new RawResponse(decoded, decoded.remaining() > CAP, encoding, contentType);
        } catch (IllegalArgumentException e) {
            throw Fields.malformed("raw_response", "must be base64");
        }
    }

    private static boolean hasEscape(byte[] array, int from, int to) {
        for (int i = from; i < to; i++) {
            if (array[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** Line ends are allowed in it, as most decoders do; other escapes are of a slash. */
    private static ByteBuffer unescaped(RawJson value) {
        try (JsonParser parser = Json.parser(value)) {
            parser.nextToken();
            String text = parser.getText().replace("\r", "").replace("\n", "");
            return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }

    /**
     * The bytes, in an array of their own.
     *
     * @throws Invalid (422) when there were more than are taken
     */
    byte[] array() {
        if (oversized) {
            throw Invalid.field("raw_response", "at most " + CAP + " bytes");
        }
        byte[] array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return array;
    }
}

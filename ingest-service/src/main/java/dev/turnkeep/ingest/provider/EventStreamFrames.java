package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Splits an {@code application/vnd.amazon.eventstream}: frames of a prelude (total length, headers' length, CRC-32 of the
 * two), headers, payload, and the CRC-32 of all before it, big endian. Gives each as {@code {"event type": payload}},
 * which is how the same events look as JSON. After a prelude that is not right nothing can be found any more.
 */
final class EventStreamFrames implements StreamEvents {
    private static final int PRELUDE = 12;
    private static final int CRC = 4;

    private final RawJson stream;
    private int at;
    private boolean damaged;

    EventStreamFrames(RawJson stream) {
        this.stream = stream;
    }

    @Override
    public @Nullable RawJson next() {
        while (at < stream.length()) {
            int length = frameLength();
            if (length < 0) {
                damaged = true;
                at = stream.length();
                return null;
            }
            ByteBuffer frame = slice(at, length);
            at += length;
            RawJson event = crc(frame, length - CRC) == frame.getInt(length - CRC) ? event(frame, length) : null;
            if (event != null) {
                return event;
            }
            damaged = true;
        }
        return null;
    }

    @Override
    public boolean isDamaged() {
        return damaged;
    }

    /** Negative when there is no whole frame with a right prelude. */
    private int frameLength() {
        if (stream.length() - at < PRELUDE + CRC) {
            return -1;
        }
        ByteBuffer prelude = slice(at, PRELUDE);
        int total = prelude.getInt(0);
        int headers = prelude.getInt(4);
        boolean fits = total <= stream.length() - at && headers >= 0 && (long) PRELUDE + headers + CRC <= total;
        return fits && crc(prelude, PRELUDE - CRC) == prelude.getInt(PRELUDE - CRC) ? total : -1;
    }

    private ByteBuffer slice(int from, int length) {
        return ByteBuffer.wrap(stream.array(), stream.offset() + from, length).slice();
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, length));
        return (int) crc.getValue();
    }

    private static @Nullable RawJson event(ByteBuffer frame, int length) {
        int headersEnd = PRELUDE + frame.getInt(4);
        Map<String, String> headers;
        try {
            headers = headers(frame.slice(PRELUDE, headersEnd - PRELUDE));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
        byte[] payload = new byte[length - CRC - headersEnd];
        frame.get(headersEnd, payload);
        String type = headers.getOrDefault(":event-type", headers.get(":exception-type"));
        if (type != null) {
            return new JsonObject()
                    .put(type, RawJson.of(payload, 0, payload.length))
                    .toJson();
        }
        String code = headers.getOrDefault(":error-code", "error");
        return new JsonObject()
                .put("error", new JsonObject().put("code", code).toJson())
                .toJson();
    }

    /** The headers that are texts; the others are passed over. */
    private static Map<String, String> headers(ByteBuffer bytes) {
        Map<String, String> headers = new HashMap<>();
        while (bytes.hasRemaining()) {
            String name = text(bytes, bytes.get() & 0xFF);
            int type = bytes.get();
            switch (type) {
                case 0, 1 -> {
                    // True and false: their type is their value.
                }
                case 2 -> skip(bytes, 1);
                case 3 -> skip(bytes, 2);
                case 4 -> skip(bytes, 4);
                case 5, 8 -> skip(bytes, 8);
                case 6 -> skip(bytes, bytes.getShort() & 0xFFFF);
                case 7 -> headers.put(name, text(bytes, bytes.getShort() & 0xFFFF));
                case 9 -> skip(bytes, 16);
                default -> throw new IllegalArgumentException("an unknown type of header");
            }
        }
        return headers;
    }

    private static void skip(ByteBuffer bytes, int length) {
        bytes.position(bytes.position() + length);
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}

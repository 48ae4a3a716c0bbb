package dev.turnkeep.ingest.provider;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/** Puts events into the frames of {@code application/vnd.amazon.eventstream}. */
final class AmazonFrames {
    private AmazonFrames() {}

    /** @param lines an event on each, such as {@code {"messageStop":{...}}} */
    static byte[] ofLines(String lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        lines.lines().forEach(event -> {
            String type = event.substring(2, event.indexOf(':') - 1);
            // As it stands there: half of a surrogate pair is an escape, and has to stay one.
            String payload = event.substring(event.indexOf(':') + 1, event.length() - 1);
            boolean exception = type.endsWith("Exception");
            Map<String, String> headers = Map.of(
                    exception ? ":exception-type" : ":event-type",
                    type,
                    ":content-type",
                    "application/json",
                    ":message-type",
                    exception ? "exception" : "event");
            out.writeBytes(frame(headers, payload.getBytes(StandardCharsets.UTF_8)));
        });
        return out.toByteArray();
    }

    static byte[] frame(Map<String, String> headers, byte[] payload) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        // One of every other type, which readers have to step over.
        written.writeBytes(new byte[] {1, 't', 0, 1, 'f', 1, 1, 'b', 2, 9, 1, 's', 3, 0, 9, 1, 'i', 4, 0, 0, 0, 9});
        written.writeBytes(new byte[] {1, 'l', 5, 0, 0, 0, 0, 0, 0, 0, 9, 1, 'y', 6, 0, 2, 1, 2});
        written.writeBytes(new byte[] {1, 'd', 8, 0, 0, 0, 0, 0, 0, 0, 9});
        written.writeBytes(new byte[] {1, 'u', 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9});
        headers.forEach((name, value) -> {
            written.write(name.length());
            written.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            written.write(7);
            written.write(value.length() >> 8);
            written.write(value.length());
            written.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        });
        int length = 12 + written.size() + payload.length + 4;
        ByteBuffer frame = ByteBuffer.allocate(length).putInt(length).putInt(written.size());
        frame.putInt(crc(frame, 8)).put(written.toByteArray()).put(payload);
        return frame.putInt(crc(frame, length - 4)).array();
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, length));
        return (int) crc.getValue();
    }
}

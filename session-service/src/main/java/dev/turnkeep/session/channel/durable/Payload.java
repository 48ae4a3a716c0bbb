package dev.turnkeep.session.channel.durable;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogRecord;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Records as one body: a JSON array of JSON messages, the bytes of all others one after the other. */
public final class Payload {
    private static final byte[] DATA_LINE = "data:".getBytes(StandardCharsets.US_ASCII);

    private Payload() {}

    static Buffer of(List<LogRecord> records, boolean json) {
        if (!json && records.size() == 1) {
            return records.getFirst().body();
        }
        Buffer payload = Buffer.buffer();
        if (json) {
            payload.appendByte((byte) '[');
        }
        for (int i = 0; i < records.size(); i++) {
            if (json && i > 0) {
                payload.appendByte((byte) ',');
            }
            payload.appendBuffer(json ? value(records.get(i)) : records.get(i).body());
        }
        return json ? payload.appendByte((byte) ']') : payload;
    }

    /** What need not be JSON is a string to those who read JSON. */
    private static Buffer value(LogRecord record) {
        if (record.kind() != Kind.TEXT) {
            return record.body();
        }
        byte[] quoted =
                JsonStringEncoder.getInstance().quoteAsUTF8(record.body().toString(StandardCharsets.UTF_8));
        return Buffer.buffer(quoted.length + 2)
                .appendByte((byte) '"')
                .appendBytes(quoted)
                .appendByte((byte) '"');
    }

    /** Lets no byte of a payload end a line of an event stream: each of its lines gets a prefix of its own. */
    static void appendEvent(Buffer out, String event, Buffer payload) {
        out.appendString("event: ").appendString(event).appendByte((byte) '\n');
        byte[] bytes = payload.getBytes();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                line(out, bytes, start, i);
                if (bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        line(out, bytes, start, bytes.length);
        out.appendByte((byte) '\n');
    }

    static Buffer base64(Buffer payload) {
        return Buffer.buffer(Base64.getEncoder().encode(payload.getBytes()));
    }

    /** For many connections: they send it as it is, and none copies it. Its memory goes when nobody refers to it. */
    // Of what Vert.x 4 offers, nothing else makes a buffer of memory outside of the heap.
    @SuppressWarnings("deprecation")
    public static Buffer shared(Buffer payload) {
        ByteBuffer direct = ByteBuffer.allocateDirect(payload.length());
        direct.put(payload.getBytes()).flip();
        return Buffer.buffer(Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(direct)));
    }

    private static void line(Buffer out, byte[] bytes, int start, int end) {
        out.appendBytes(DATA_LINE);
        if (start < end && bytes[start] == ' ') {
            // Readers drop one space.
            out.appendByte((byte) ' ');
        }
        out.appendBytes(bytes, start, end - start).appendByte((byte) '\n');
    }
}

package dev.turnkeep.session.channel.log;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A header of a record: a name and a value, both of any bytes. Names may repeat; the order is kept. */
public record RecordHeader(Buffer name, Buffer value) {
    /** As they are stored: names and values in turn, each with its length in four bytes before it; null for none. */
    public static @Nullable Buffer encode(List<RecordHeader> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        Buffer stored = Buffer.buffer();
        for (RecordHeader header : headers) {
            stored.appendInt(header.name().length()).appendBuffer(header.name());
            stored.appendInt(header.value().length()).appendBuffer(header.value());
        }
        return stored;
    }

    public static List<RecordHeader> decode(@Nullable Buffer stored) {
        List<RecordHeader> headers = new ArrayList<>();
        int at = 0;
        while (stored != null && at < stored.length()) {
            Buffer name = field(stored, at);
            at += Integer.BYTES + name.length();
            Buffer value = field(stored, at);
            at += Integer.BYTES + value.length();
            headers.add(new RecordHeader(name, value));
        }
        return headers;
    }

    private static Buffer field(Buffer stored, int at) {
        int start = at + Integer.BYTES;
        return stored.getBuffer(start, start + stored.getInt(at));
    }
}

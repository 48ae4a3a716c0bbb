package dev.turnkeep.session.channel.log;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record to be appended. Nobody writes to its bytes any more.
 *
 * @param partId what its writer calls it, at most 256 characters; a second record of that name is the first one
 */
public record NewRecord(
        Kind kind,
        Buffer body,
        List<RecordHeader> headers,
        @Nullable String partId) {
    private static final int OVERHEAD = 8;
    private static final int HEADER_OVERHEAD = 2;

    public NewRecord {
        headers = List.copyOf(headers);
    }

    public static NewRecord raw(Buffer body) {
        return new NewRecord(Kind.RAW, body, List.of(), null);
    }

    /** Its size as the limits count it, in bytes: 8, 2 for each header, and all bytes of headers and body. */
    public int metered() {
        int size = OVERHEAD + body.length();
        for (RecordHeader header : headers) {
            size += HEADER_OVERHEAD + header.name().length() + header.value().length();
        }
        return size;
    }
}

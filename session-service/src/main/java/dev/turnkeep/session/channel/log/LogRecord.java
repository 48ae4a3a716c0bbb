package dev.turnkeep.session.channel.log;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record as it is stored.
 *
 * @param headers see {@link RecordHeader#decode}
 * @param at when it was written; never before the record before it
 */
public record LogRecord(
        long seq,
        Kind kind,
        Buffer body,
        @Nullable Buffer headers,
        @Nullable String partId,
        Instant at) {

    int size() {
        return body.length() + (headers == null ? 0 : headers.length());
    }
}

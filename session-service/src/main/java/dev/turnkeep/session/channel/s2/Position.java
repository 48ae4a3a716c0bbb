package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.log.StreamView;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A place in a stream.
 *
 * @param seq of the next record
 * @param time of the record before it, in milliseconds since 1970; 0 when there never was one
 */
record Position(long seq, long time) {
    static Position of(long seq, @Nullable Instant at) {
        return new Position(seq, at == null ? 0 : at.toEpochMilli());
    }

    /** The end of a stream. */
    static Position tail(StreamView view) {
        return of(view.next(), view.lastAt());
    }
}

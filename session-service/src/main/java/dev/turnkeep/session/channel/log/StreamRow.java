package dev.turnkeep.session.channel.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an append needs to know of a stream, read under its lock.
 *
 * @param bytes of all records that it holds, metered
 * @param producers how many have written to it
 * @param hidden deleted, with forks that live on
 * @param fence the fencing token; null for none
 * @param lastTime of the last record, where it is not when it was written; null where it is
 */
record StreamRow(
        long id,
        long incarnation,
        String contentType,
        long first,
        long next,
        long bytes,
        int producers,
        @Nullable String writerSeq,
        @Nullable Instant lastAt,
        @Nullable Instant closedAt,
        @Nullable ProducerStamp closedBy,
        boolean hidden,
        @Nullable String fence,
        @Nullable Instant lastTime) {

    /** What no record may be older than; null when there never was one. */
    @Nullable
    Instant newest() {
        return lastTime == null ? lastAt : lastTime;
    }
}

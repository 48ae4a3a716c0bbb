package dev.turnkeep.session.channel.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stream as its readers see it.
 *
 * @param first records before it are gone
 * @param next the seq that the next record will get
 * @param hidden deleted, with forks that live on
 * @param ttl seconds, as configured; null for none
 * @param expiresAt as configured, or the end of its session's retention; null for none
 * @param lastAt when its last record was written; null when it never had one
 */
public record StreamView(
        long id,
        long incarnation,
        String contentType,
        long first,
        long next,
        boolean closed,
        boolean hidden,
        @Nullable Long ttl,
        @Nullable Instant expiresAt,
        @Nullable Instant lastAt) {

    public StreamEnd end() {
        return new StreamEnd(id, incarnation, next, closed);
    }

    public Offset at(long seq) {
        return new Offset(incarnation, seq);
    }
}

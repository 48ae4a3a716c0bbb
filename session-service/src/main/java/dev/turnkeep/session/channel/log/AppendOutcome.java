package dev.turnkeep.session.channel.log;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of an append. Only {@link Appended} changed anything. */
public sealed interface AppendOutcome {
    /**
     * Stored, or found stored under its part ids.
     *
     * @param seqs of the request's records, in their order
     * @param times of the same records
     * @param lastAt the time of the stream's last record; null when it never had one
     */
    record Appended(
            StreamEnd end,
            List<Long> seqs,
            @Nullable ProducerStamp producer,
            List<Instant> times,
            @Nullable Instant lastAt)
            implements AppendOutcome {
        public Appended {
            seqs = List.copyOf(seqs);
            times = List.copyOf(times);
        }
    }

    /**
     * The producer's request was stored before.
     *
     * @param producer with the highest seq accepted
     */
    record Repeated(StreamEnd end, ProducerStamp producer) implements AppendOutcome {}

    /** There is no such stream. */
    record Missing() implements AppendOutcome {}

    /** The stream was deleted, and its forks live on. */
    record Hidden() implements AppendOutcome {}

    record Closed(StreamEnd end) implements AppendOutcome {}

    /** @param contentType the stream's */
    record OtherType(String contentType) implements AppendOutcome {}

    /** @param epoch the producer's current one */
    record StaleEpoch(long epoch) implements AppendOutcome {}

    /** A new epoch that does not start at 0. */
    record LateStart() implements AppendOutcome {}

    record Gap(long expected, long received) implements AppendOutcome {}

    /** The writer's own sequence did not increase. */
    record Regression() implements AppendOutcome {}

    /** The first record would get another seq than expected. */
    record OtherSeq(long next) implements AppendOutcome {}

    /** @param token the stream's fencing token; empty when it has none */
    record OtherFence(String token) implements AppendOutcome {}

    /** In bytes: how much the stream holds and may hold. */
    record Full(long held, long limit) implements AppendOutcome {}

    record TooManyProducers(int limit) implements AppendOutcome {}
}

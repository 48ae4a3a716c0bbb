package dev.turnkeep.session.channel.log;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream to be made, or to be found as it would be made.
 *
 * @param contentType null for whatever it is, or the default
 * @param ttl seconds of life after the last use; null for none
 * @param closed whether it is closed from the start
 * @param initial its first records; not compared with a stream that is there
 */
public record Creation(
        StreamAddress to,
        @Nullable String contentType,
        @Nullable Long ttl,
        @Nullable Instant expiresAt,
        boolean closed,
        List<NewRecord> initial,
        @Nullable Fork fork) {

    public Creation {
        initial = List.copyOf(initial);
    }

    public static Creation channel(StreamAddress to, @Nullable String contentType) {
        return new Creation(to, contentType, null, null, false, List.of(), null);
    }

    /**
     * Where a stream parts from another.
     *
     * @param at null for the source's end
     * @param part how much more of what follows: records of JSON, bytes of the next record of anything else
     */
    public record Fork(StreamAddress source, @Nullable Offset at, long part) {
        /** As it is stored and compared. */
        String text() {
            return source.owner() + "/" + source.name();
        }
    }

    /** What became of it. */
    public sealed interface Outcome {
        record Created(StreamView stream) implements Outcome {}

        /** It was there, made the same way. */
        record Found(StreamView stream) implements Outcome {}

        /** It is there in another form; which, the text says. */
        record Differs(String what) implements Outcome {}

        /** It was deleted, and its forks live on: the address is not free. */
        record Taken() implements Outcome {}

        /** There is no such session. */
        record NoSession() implements Outcome {}

        /** The session is closed or retired: it gets no more channels. */
        record SessionOver() implements Outcome {}

        /** The session has as many channels as it may. */
        record TooMany(int limit) implements Outcome {}

        record NoSource() implements Outcome {}

        /** The source was deleted. */
        record SourceTaken() implements Outcome {}

        /** The source has no such place, or the fork would be of another type. */
        record BadFork(boolean conflict, String why) implements Outcome {}
    }
}

package dev.turnkeep.session.channel.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One writer's request: records to append together, a close, or both.
 *
 * @param contentType has to be the stream's; null is not compared
 * @param writerSeq has to be greater, byte by byte, than the one before; null for none
 * @param expectedSeq the seq that the first record has to get; null for any
 * @param trimTo records before it may go; null for no trim
 * @param fence the fencing token that the stream has to have; null for any
 * @param guest whether its writer has a token only: a producer of its own making counts apart
 */
public record Append(
        StreamAddress to,
        @Nullable String contentType,
        List<NewRecord> records,
        boolean close,
        @Nullable ProducerStamp producer,
        @Nullable String writerSeq,
        @Nullable Long expectedSeq,
        @Nullable Long trimTo,
        @Nullable String fence,
        boolean guest) {

    /** The most records of one request. */
    public static final int RECORDS = 1000;

    /** The largest record, as {@link NewRecord#metered} counts. */
    public static final int RECORD_SIZE = 1024 * 1024;

    public Append {
        records = List.copyOf(records);
    }

    public Append(
            StreamAddress to,
            @Nullable String contentType,
            List<NewRecord> records,
            boolean close,
            @Nullable ProducerStamp producer,
            @Nullable String writerSeq,
            @Nullable Long expectedSeq,
            @Nullable Long trimTo) {
        this(to, contentType, records, close, producer, writerSeq, expectedSeq, trimTo, null, false);
    }

    /** The same by somebody who has a token, and no key. */
    public Append byGuest(boolean is) {
        return new Append(to, contentType, records, close, producer, writerSeq, expectedSeq, trimTo, fence, is);
    }

    public static Append of(StreamAddress to, List<NewRecord> records) {
        return new Append(to, null, records, false, null, null, null, null);
    }

    public static Append closing(StreamAddress to) {
        return new Append(to, null, List.of(), true, null, null, null, null);
    }

    /** @param before what comes before it goes */
    public static Append trimming(StreamAddress to, long before) {
        return new Append(to, null, List.of(), false, null, null, null, before);
    }

    /** In bytes, as the limits count. */
    public int metered() {
        int size = 0;
        for (NewRecord record : records) {
            size += record.metered();
        }
        return size;
    }
}

package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch as its writer sent it: all of it is written, or nothing.
 *
 * @param matchSeq what the first record has to become; null for any
 * @param fence the stream's fencing token as the writer has it; null for any
 */
record AppendInput(
        List<Item> records,
        @Nullable Long matchSeq,
        @Nullable String fence) {
    /** The most in one batch: each is small, and costs more than it counts. */
    private static final int HEADERS = 10_000;

    AppendInput {
        records = List.copyOf(records);
    }

    /** Counts, while a batch is read, so that one with too much in it is refused (422) and not read to its end. */
    static final class Count {
        private int records;
        private int headers;

        void record() {
            if (++records > Append.RECORDS) {
                throw Invalid.field("records", "1.." + Append.RECORDS + " of them");
            }
        }

        void header() {
            if (++headers > HEADERS) {
                throw Invalid.field("headers", "at most " + HEADERS + " in a batch");
            }
        }
    }

    /** @param time when it was made, in milliseconds since 1970; null for when it arrives */
    record Item(@Nullable Long time, List<RecordHeader> headers, Buffer body) {
        Item {
            headers = List.copyOf(headers);
        }
    }
}

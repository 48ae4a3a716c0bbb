package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.log.LogRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records as a reader gets them.
 *
 * @param tail the end of the stream; null for a batch that does not reach it
 */
record Batch(List<LogRecord> records, @Nullable Position tail) {
    Batch {
        records = List.copyOf(records);
    }
}

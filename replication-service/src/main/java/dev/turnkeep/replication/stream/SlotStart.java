package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Where a slot begins to send.
 *
 * @param slot its name
 * @param systemIdentifier of the server's data; another one means another history of positions
 * @param timelines of the server's log; a promotion or a restore begins another one
 * @param consistentPoint where the slot began when it was made: of a row that is copied from the tables it is the version,
 *     below that of every change the slot sends
 * @param from what was confirmed: everything that commits after it will be sent
 * @param restoring the slot does not continue what the sink has: it is new, the old one was lost, or another server's.
 *     Whatever committed before the consistent point has to be fetched from the tables. Stays so, through crashes, until
 *     the sink has said {@link Restored#restored}
 * @param watermark every transaction id before it was stored by the sink once; null when nothing is known of any
 * @param serverEnd the end of the log when the stream began
 * @param done tells that nothing of the gap is missing any more; from any thread
 */
public record SlotStart(
        String slot,
        String systemIdentifier,
        Timelines timelines,
        Lsn consistentPoint,
        Lsn from,
        boolean restoring,
        @Nullable Long watermark,
        Lsn serverEnd,
        Restored done) {

    /** Remembers that a restore is complete. */
    public interface Restored {
        /** Returns once that is durable. */
        void restored() throws Exception;
    }
}

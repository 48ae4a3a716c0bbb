package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import java.util.ArrayList;
import java.util.List;

/** How much a reader may still be given. State: confined to its reader. */
final class Allowance {
    private final long count;
    private final long bytes;
    private final long until;
    private long given;
    private long size;
    private boolean used;

    Allowance(ReadQuery query) {
        this.count = query.count() == null ? Long.MAX_VALUE : query.count();
        this.bytes = query.bytes() == null ? Long.MAX_VALUE : query.bytes();
        this.until = query.until() == null ? Long.MAX_VALUE : query.until();
        this.used = count == 0 || bytes == 0;
    }

    /** The first of the records, as many as it may have. After one that it may not have it gets no more. */
    List<LogRecord> take(List<LogRecord> records) {
        List<LogRecord> taken = new ArrayList<>(records.size());
        for (LogRecord record : records) {
            long metered = NewRecord.metered(RecordHeader.decode(record.headers()), record.body());
            if (used || size + metered > bytes || record.at().toEpochMilli() >= until) {
                used = true;
                break;
            }
            taken.add(record);
            given++;
            size += metered;
            used = given >= count || size >= bytes;
        }
        return taken;
    }

    boolean isUsed() {
        return used;
    }

    /** So many records were given. */
    long given() {
        return given;
    }

    /** Of so many metered bytes. */
    long size() {
        return size;
    }
}

package dev.turnkeep.session.channel.log;

import java.util.List;

/**
 * Records of a stream in order, and where to go on.
 *
 * @param from the seq that was asked for, within the stream's bounds
 * @param next the seq after the last record; {@code from} when there is none
 * @param end the stream's end in the same snapshot
 */
public record Page(long from, List<LogRecord> records, long next, StreamEnd end) {
    public Page {
        records = List.copyOf(records);
    }

    public boolean atTail() {
        return next >= end.next();
    }

    /** Nothing comes after it, ever. */
    public boolean isLast() {
        return atTail() && end.closed();
    }

    /** Its beginning: at least one record, and as many as fit. */
    public Page upTo(int bytes) {
        int size = 0;
        for (int i = 0; i < records.size(); i++) {
            size += records.get(i).size();
            if (i > 0 && size > bytes) {
                return new Page(from, records.subList(0, i), records.get(i).seq(), end);
            }
        }
        return this;
    }

    public Offset offset() {
        return new Offset(end.incarnation(), next);
    }

    /** What readers of plain data see. */
    public List<LogRecord> data() {
        return records.stream().filter(record -> record.kind().isData()).toList();
    }
}

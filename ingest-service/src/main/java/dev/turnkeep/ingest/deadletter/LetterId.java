package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.regex.Pattern;

/** Where a dead letter stands on its topic: {@code partition-offset}. Letters of one partition are in order of time. */
record LetterId(int partition, long offset) implements Comparable<LetterId> {
    static final LetterId FIRST = new LetterId(0, 0);
    private static final Pattern FORM = Pattern.compile("\\d{1,6}-\\d{1,18}");

    /** @throws Invalid (422) naming the field */
    static LetterId parse(String field, String text) {
        if (!FORM.matcher(text).matches()) {
            throw Invalid.field(field, "must be a partition and an offset, such as 3-17");
        }
        int dash = text.indexOf('-');
        return new LetterId(Integer.parseInt(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    @Override
    public int compareTo(LetterId other) {
        return partition == other.partition
                ? Long.compare(offset, other.offset)
                : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return partition + "-" + offset;
    }
}

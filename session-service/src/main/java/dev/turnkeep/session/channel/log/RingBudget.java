package dev.turnkeep.session.channel.log;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds what all tails together keep in memory: when it is used up, those that have been still for the longest are emptied.
 * Their readers ask Postgres then.
 *
 * <p>State: guarded by this. Takes a tail's own lock inside, so no tail calls it under its lock.
 */
final class RingBudget {
    private final long limit;
    /** From the stillest to the liveliest. */
    private final Map<Tail, Long> held = new LinkedHashMap<>(16, 0.75f, true);

    private long used;

    /** @param limit in bytes */
    RingBudget(long limit) {
        this.limit = limit;
    }

    /** To be told whenever a tail may have grown. */
    void grown(Tail tail) {
        for (Tail still : measure(tail)) {
            still.empty();
        }
    }

    private synchronized List<Tail> measure(Tail tail) {
        let(tail);
        long bytes = tail.held();
        if (bytes > 0) {
            held.put(tail, bytes);
            used += bytes;
        }
        List<Tail> emptied = new ArrayList<>();
        Iterator<Map.Entry<Tail, Long>> stillest = held.entrySet().iterator();
        while (used > limit && stillest.hasNext()) {
            Map.Entry<Tail, Long> next = stillest.next();
            used -= next.getValue();
            emptied.add(next.getKey());
            stillest.remove();
        }
        return emptied;
    }

    /** Nobody reads it any more. */
    synchronized void forget(Tail tail) {
        let(tail);
    }

    /** In bytes. */
    synchronized long used() {
        return used;
    }

    private void let(Tail tail) {
        Long before = held.remove(tail);
        used -= before == null ? 0 : before;
    }
}

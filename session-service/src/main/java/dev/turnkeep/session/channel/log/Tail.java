package dev.turnkeep.session.channel.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The end of one stream that has readers on this node: where it is, its newest records, and who waits. Readers take what
 * is new from here and never ask Postgres for it.
 *
 * <p>State: guarded by this; readers are woken outside of it.
 */
public final class Tail {
    private final long id;
    private final long ringBytes;
    private final Set<Waiter> waiters = new LinkedHashSet<>();
    /** The newest records without a hole, up to {@code end.next}. */
    private final ArrayDeque<LogRecord> ring = new ArrayDeque<>();

    private long held;
    private long ringStart;
    private StreamEnd end;
    /** What was last found, while nothing is newer. */
    private @Nullable Page given;

    private boolean known;
    private boolean gone;
    private boolean fetching;

    Tail(long id, long ringBytes) {
        this.id = id;
        this.ringBytes = ringBytes;
        this.end = new StreamEnd(id, 0, 0, false);
    }

    /** Somebody who waits for something new. Woken on any thread, and sometimes for nothing. */
    public interface Waiter {
        void wake();
    }

    /** What a reader finds at its place. */
    public sealed interface Look {
        /** Records, or none when the reader is at the end. */
        record New(Page page) implements Look {}

        /** Memory does not reach back so far, or nothing is known yet: Postgres has to be asked. */
        record Behind() implements Look {}

        /** The stream was deleted or has expired. */
        record Gone() implements Look {}
    }

    long id() {
        return id;
    }

    synchronized void join(Waiter waiter) {
        waiters.add(waiter);
    }

    /** Whether nobody is left. */
    synchronized boolean leave(Waiter waiter) {
        waiters.remove(waiter);
        return waiters.isEmpty();
    }

    public synchronized Look from(long seq) {
        if (gone) {
            return new Look.Gone();
        }
        if (!known || seq < ringStart) {
            return new Look.Behind();
        }
        // Most readers stand at the same place and are woken for the same news.
        Page page = given;
        if (page == null || page.from() != seq) {
            page = new Page(seq, newer(seq), Math.max(seq, end.next()), end);
            given = page;
        }
        return new Look.New(page);
    }

    private List<LogRecord> newer(long seq) {
        List<LogRecord> records = new ArrayList<>();
        Iterator<LogRecord> newest = ring.descendingIterator();
        for (LogRecord record = next(newest); record != null && record.seq() >= seq; record = next(newest)) {
            records.add(record);
        }
        return records.reversed();
    }

    private static @Nullable LogRecord next(Iterator<LogRecord> records) {
        return records.hasNext() ? records.next() : null;
    }

    /** A reader asked Postgres itself and found this. */
    public void saw(Page page) {
        if (page.atTail()) {
            advance(page.end(), page.records());
        }
    }

    /** What a commit, or a look into Postgres, has shown: the records just before the end, without a hole, or none. */
    void advance(StreamEnd to, List<LogRecord> newest) {
        List<Waiter> woken;
        synchronized (this) {
            boolean news = !known || to.next() > end.next() || (to.closed() && !end.closed());
            if (!news) {
                return;
            }
            extend(to, newest);
            known = true;
            woken = List.copyOf(waiters);
        }
        woken.forEach(Waiter::wake);
    }

    private void extend(StreamEnd to, List<LogRecord> newest) {
        long mine = known ? end.next() : Long.MIN_VALUE;
        if (newest.isEmpty() ? to.next() != mine : newest.getFirst().seq() > mine) {
            ring.clear();
            held = 0;
            ringStart = newest.isEmpty() ? to.next() : newest.getFirst().seq();
        }
        for (LogRecord record : newest) {
            if (ring.isEmpty() || record.seq() > ring.getLast().seq()) {
                ring.addLast(record);
                held += record.size();
            }
        }
        given = null;
        end = new StreamEnd(to.id(), to.incarnation(), Math.max(to.next(), mine), to.closed() || end.closed());
        while (held > ringBytes || ring.size() > Append.RECORDS) {
            LogRecord oldest = ring.removeFirst();
            held -= oldest.size();
            ringStart = oldest.seq() + 1;
        }
    }

    /** The stream can no longer be read. */
    void vanish() {
        List<Waiter> woken;
        synchronized (this) {
            gone = true;
            woken = List.copyOf(waiters);
        }
        woken.forEach(Waiter::wake);
    }

    /** From where to ask Postgres, if it is worth asking and nobody does already. */
    synchronized Optional<Long> startFetching(StreamEnd hint) {
        boolean news = !known || hint.next() > end.next() || (hint.closed() && !end.closed());
        if (gone || fetching || !news) {
            return Optional.empty();
        }
        fetching = true;
        return Optional.of(known ? end.next() : LogReader.NOW);
    }

    synchronized void stopFetching() {
        fetching = false;
    }
}

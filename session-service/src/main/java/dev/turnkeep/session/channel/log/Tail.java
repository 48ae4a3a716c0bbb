package dev.turnkeep.session.channel.log;

import io.vertx.core.buffer.Buffer;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of one stream that has readers on this node: where it is, its newest records, and who waits. Readers take what
 * is new from here and never ask Postgres for it.
 *
 * <p>State: guarded by this; readers are woken outside of it.
 */
public final class Tail {
    /** The most of one look: a reader's queue never holds much more. */
    private static final int PAGE = 64 * 1024;
    /** What a record costs besides its bytes, about. */
    private static final int OVERHEAD = 128;

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
    /** The furthest that was heard of while it was asked: the answer may be older. */
    private @Nullable StreamEnd heard;
    /** Of this node's newest commit: its first seq, and when it was committed. */
    private long committedFrom = Long.MAX_VALUE;

    private long committedAt;
    /** The newest that was made for many readers, and of which page; kept by those who still send it. */
    private WeakReference<Buffer> shared = new WeakReference<>(null);

    private String sharedForm = "";
    private long sharedFrom;
    private long sharedNext;

    /** @param ringBytes the most of its newest records that it keeps */
    public Tail(long id, long ringBytes) {
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
        /**
         * Records, or none when the reader is at the end.
         *
         * @param committed when they were committed, by {@link System#nanoTime}; null when another node did
         */
        record New(Page page, @Nullable Long committed) implements Look {}

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
            page = newer(seq);
            given = page;
        }
        return new Look.New(page, seq >= committedFrom ? committedAt : null);
    }

    /** Whether nothing more can be written: the stream is closed, or gone. */
    public synchronized boolean isOver() {
        return gone || end.closed();
    }

    /** Not more than a reader's queue is to hold; the next look gives the rest. */
    private Page newer(long seq) {
        List<LogRecord> records = new ArrayList<>();
        Iterator<LogRecord> newest = ring.descendingIterator();
        for (LogRecord record = next(newest); record != null && record.seq() >= seq; record = next(newest)) {
            records.add(record);
        }
        return new Page(seq, records.reversed(), Math.max(seq, end.next()), end).upTo(PAGE);
    }

    private static @Nullable LogRecord next(Iterator<LogRecord> records) {
        return records.hasNext() ? records.next() : null;
    }

    /**
     * What all readers at one place are sent, made once while any of them still needs it. Nobody writes to it.
     *
     * @param form which protocol's: they show the same page differently
     */
    public synchronized Buffer shared(String form, Page page, Supplier<Buffer> make) {
        Buffer present = shared.get();
        if (present != null && sharedForm.equals(form) && sharedFrom == page.from() && sharedNext == page.next()) {
            return present;
        }
        Buffer made = make.get();
        shared = new WeakReference<>(made);
        sharedForm = form;
        sharedFrom = page.from();
        sharedNext = page.next();
        return made;
    }

    /** A reader asked Postgres itself and found this. */
    public void saw(Page page) {
        if (page.atTail()) {
            advance(page.end(), page.records());
        }
    }

    /** This node has committed them just now. */
    void committed(StreamEnd to, List<LogRecord> newest) {
        move(to, newest, true);
    }

    /** What a look into Postgres has shown: the records just before the end, without a hole, or none. */
    void advance(StreamEnd to, List<LogRecord> newest) {
        move(to, newest, false);
    }

    private void move(StreamEnd to, List<LogRecord> newest, boolean own) {
        List<Waiter> woken;
        synchronized (this) {
            boolean news = !known || to.next() > end.next() || (to.closed() && !end.closed());
            if (!news) {
                return;
            }
            committedFrom = own && !newest.isEmpty() ? newest.getFirst().seq() : Long.MAX_VALUE;
            committedAt = System.nanoTime();
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
                held += record.size() + OVERHEAD;
            }
        }
        given = null;
        end = new StreamEnd(to.id(), to.incarnation(), Math.max(to.next(), mine), to.closed() || end.closed());
        while (held > ringBytes || ring.size() > Append.RECORDS) {
            LogRecord oldest = ring.removeFirst();
            held -= oldest.size() + OVERHEAD;
            ringStart = oldest.seq() + 1;
        }
    }

    /** What it costs, in bytes. */
    synchronized long held() {
        return held;
    }

    /** Lets go of its records, not of where the end is. */
    synchronized void empty() {
        ring.clear();
        held = 0;
        given = null;
        ringStart = end.next();
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
        if (gone || !news) {
            return Optional.empty();
        }
        if (fetching) {
            heard = heard == null || hint.next() > heard.next() || hint.closed() ? hint : heard;
            return Optional.empty();
        }
        fetching = true;
        return Optional.of(known ? end.next() : LogReader.NOW);
    }

    /** Returns what was heard of meanwhile; it may be known by now. */
    synchronized Optional<StreamEnd> stopFetching() {
        Optional<StreamEnd> meanwhile = Optional.ofNullable(heard);
        fetching = false;
        heard = null;
        return meanwhile;
    }
}

package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was read and is not stored yet, in commit order. Only the end of a transaction can be confirmed, and only when all
 * rows of it and of all before it are stored: the server never sends again what is confirmed.
 *
 * <p>Rows are read by one thread and stored by others; the state is guarded by this object's lock.
 */
public final class Ledger {
    private static final class Entry {
        final Lsn commit;
        final Instant committedAt;
        long rows;

        @Nullable
        Lsn end;

        @Nullable
        Heartbeat heartbeat;

        Entry(Lsn commit, Instant committedAt) {
            this.commit = commit;
            this.committedAt = committedAt;
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<Lsn, Entry> byCommit = new HashMap<>();
    private final List<Heartbeat> beats = new ArrayList<>();
    private Lsn confirmed;
    private long rowsInFlight;
    private long sizeInFlight;

    /** @param confirmed what was confirmed before */
    public Ledger(Lsn confirmed) {
        this.confirmed = confirmed;
    }

    /** A transaction begins. */
    public synchronized void begin(Lsn commit, Instant committedAt) {
        Entry last = entries.peekLast();
        if (last != null && last.end == null) {
            throw new IllegalStateException("a transaction began inside another");
        }
        Entry entry = new Entry(commit, committedAt);
        entries.add(entry);
        byCommit.put(commit, entry);
    }

    /** A row of the open transaction was read. */
    public synchronized void read(int size) {
        open().rows++;
        rowsInFlight++;
        sizeInFlight += size;
    }

    /** The open transaction carries a heartbeat; it is reported once everything up to it is confirmed. */
    public synchronized void heartbeat(Heartbeat beat) {
        open().heartbeat = beat;
    }

    /** The open transaction is read to its end. */
    public synchronized void commit(Lsn end) {
        open().end = end;
        settle();
    }

    /** Rows are stored; each is told once. */
    public synchronized void stored(List<RowChange> rows) {
        for (RowChange row : rows) {
            Entry entry = byCommit.get(row.version().commit());
            if (entry == null || entry.rows == 0) {
                throw new IllegalStateException("a row was stored that was not in flight");
            }
            entry.rows--;
            rowsInFlight--;
            sizeInFlight -= row.size();
        }
        settle();
    }

    /**
     * The server's position, as of a moment when nothing more was to be read: with nothing in flight either, all before it
     * is stored or was none of ours. Otherwise it says nothing.
     */
    public synchronized void idleAt(Lsn server) {
        if (entries.isEmpty()) {
            confirmed = confirmed.max(server);
        }
    }

    /** What may be confirmed to the server. Never goes back. */
    public synchronized Lsn confirmed() {
        return confirmed;
    }

    /** How many transactions wait for their rows, or for those before them: each takes memory. */
    public synchronized int transactions() {
        return entries.size();
    }

    public synchronized long rowsInFlight() {
        return rowsInFlight;
    }

    /** In bytes, by the rows' own estimates. */
    public synchronized long sizeInFlight() {
        return sizeInFlight;
    }

    /** When the first of what is in flight committed. */
    public synchronized Optional<Instant> oldest() {
        return Optional.ofNullable(entries.peekFirst()).map(entry -> entry.committedAt);
    }

    public synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The heartbeats that were confirmed since the last call. */
    public synchronized List<Heartbeat> confirmedBeats() {
        List<Heartbeat> taken = List.copyOf(beats);
        beats.clear();
        return taken;
    }

    private Entry open() {
        Entry last = entries.peekLast();
        if (last == null || last.end != null) {
            throw new IllegalStateException("no transaction is open");
        }
        return last;
    }

    private void settle() {
        Entry first = entries.peekFirst();
        while (first != null && first.end != null && first.rows == 0) {
            confirmed = confirmed.max(first.end);
            if (first.heartbeat != null) {
                beats.add(first.heartbeat);
            }
            entries.removeFirst();
            byCommit.remove(first.commit);
            first = entries.peekFirst();
        }
    }
}

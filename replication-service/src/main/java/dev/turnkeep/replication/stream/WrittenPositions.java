package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Duration;
import java.util.Optional;

/**
 * What is stored is written down before the server is told of it: a slot that is further than what is written was made or
 * moved by somebody else, and what it has skipped is missing. Told by the reader, written by the leader's thread.
 */
final class WrittenPositions {
    // Bytes of log: what a crash may repeat is not worth a write of its own.
    private static final long LITTLE = 64 * 1024;
    private static final Duration LONG = Duration.ofSeconds(5);

    private final long patience;
    private volatile Lsn reached = Lsn.ZERO;
    private volatile Lsn written = Lsn.ZERO;
    private volatile boolean unwritable;
    private long writtenAt;

    /** @param patience how long little progress may stay unwritten, at most five seconds */
    WrittenPositions(Duration patience, long now) {
        this.patience = (patience.compareTo(LONG) < 0 ? patience : LONG).toNanos();
        this.writtenAt = now;
    }

    /** The slot is there: so far was written once. */
    void begin(Lsn from) {
        reached = from;
        written = from;
    }

    /**
     * Everything before {@code stored} is stored by the sink.
     *
     * @return what the server may be told. When nothing can be written all of it: a disk that is full stays so while the
     *     server keeps its log, and the next start makes up for a slot that is ahead
     */
    Lsn confirmable(Lsn stored) {
        reached = stored;
        return unwritable || !stored.isAfter(written) ? stored : written;
    }

    /** What should be written now; empty when it can wait. */
    Optional<Lsn> due(long now) {
        Lsn stored = reached;
        long more = stored.value() - written.value();
        boolean worthIt = more >= LITTLE || (more > 0 && now - writtenAt >= patience);
        return worthIt && stored.isAfter(written) ? Optional.of(stored) : Optional.empty();
    }

    void written(Lsn position, long now) {
        written = written.max(position);
        writtenAt = now;
        unwritable = false;
    }

    /** The server is there, and does not take it. */
    void refused() {
        unwritable = true;
    }
}

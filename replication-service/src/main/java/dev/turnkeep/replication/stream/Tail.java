package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one connection for as long as a leadership lasts. One thread does all of it: reads while there is room, hands
 * batches over when they are due, and reports what is stored; only the sink's completions come from others. While there
 * is no room nothing is read, the server's socket fills up, and reports go on.
 */
final class Tail {
    private static final int MESSAGES_PER_ROUND = 512;
    private static final long IDLE = Duration.ofMillis(4).toNanos();
    // Often enough that a crash repeats little, seldom enough that reports cost nothing.
    private static final long REPORT = Duration.ofMillis(100).toNanos();
    private static final long ROUND = Duration.ofSeconds(1).toNanos();
    private static final long SIGN_OF_LIFE = Duration.ofSeconds(1).toNanos();

    private final WalStream wal;
    private final Sink sink;
    private final StreamConfig config;
    private final StreamMetrics metrics;
    private final Ledger ledger;
    private final Transactions transactions;
    private final OpenBatches batches;
    private final WrittenPositions positions;
    private final boolean flushWhenIdle;
    private final Thread reader = Thread.currentThread();
    private final AtomicInteger batchesInFlight = new AtomicInteger();
    private volatile @Nullable Throwable failure;
    private Lsn reported = Lsn.ZERO;
    private long reportedAt = System.nanoTime();
    private volatile long seenAt = System.nanoTime();

    Tail(
            WalStream wal,
            Sink sink,
            StreamSpec spec,
            StreamConfig config,
            StreamMetrics metrics,
            Ledger ledger,
            WrittenPositions positions) {
        this.wal = wal;
        this.sink = sink;
        this.config = config;
        this.metrics = metrics;
        this.ledger = ledger;
        this.positions = positions;
        this.transactions = new Transactions(ledger, spec.name());
        this.batches = new OpenBatches(spec.batches(), this::hand);
        this.flushWhenIdle = spec.batches().age().isZero();
    }

    /** Reads until told not to; throws what the connection, a message or the sink has failed with. */
    void follow(BooleanSupplier goOn, Beats beats) throws SQLException {
        while (goOn.getAsBoolean()) {
            seenAt = System.nanoTime();
            rethrow();
            boolean read = readSome();
            batches.tick(System.nanoTime());
            if (!read && flushWhenIdle) {
                batches.flush();
            }
            ledger.confirmedBeats().forEach(beats::confirmed);
            report();
            if (!read) {
                LockSupport.parkNanos(this, IDLE);
            }
        }
    }

    /** For how long the thread has been inside one read; by any thread. */
    Duration stuckFor() {
        return Duration.ofNanos(System.nanoTime() - seenAt);
    }

    /**
     * Reads no more, waits until the sink has stored what was read, for as long as allowed, and reports it.
     *
     * @param writing writes the position down first
     */
    void drain(Beats beats, Writing writing) throws SQLException {
        batches.flush();
        long deadline = System.nanoTime() + config.drain().toNanos();
        while (batchesInFlight.get() > 0 && failure == null && System.nanoTime() - deadline < 0) {
            seenAt = System.nanoTime();
            report();
            LockSupport.parkNanos(this, IDLE);
        }
        ledger.confirmedBeats().forEach(beats::confirmed);
        Lsn confirmed = sink.record(ledger.confirmed());
        writing.write(confirmed);
        wal.confirm(confirmed);
        wal.report();
    }

    /** Whether there may be more: a round is short, however slow the link is, since reports come between rounds. */
    private boolean readSome() throws SQLException {
        long end = System.nanoTime() + ROUND;
        for (int i = 0; i < MESSAGES_PER_ROUND; i++) {
            if (full()) {
                // What waits for company would wait for ever.
                batches.flush();
                return i > 0;
            }
            long now = System.nanoTime();
            if (now - end > 0) {
                return true;
            }
            seenAt = now;
            ByteBuffer message = wal.readPending();
            Lsn at = wal.received();
            if (message == null) {
                ledger.idleAt(at);
                return i > 0;
            }
            metrics.received(at);
            int from = message.arrayOffset() + message.position();
            transactions
                    .accept(message.array(), from, from + message.remaining(), at)
                    .ifPresent(change -> batches.add(change, System.nanoTime()));
        }
        return true;
    }

    private boolean full() {
        return ledger.rowsInFlight() >= config.inFlightRows()
                // Stored in part: behind one that waits, those that are done wait too.
                || ledger.transactions() >= config.inFlightRows()
                || ledger.sizeInFlight() >= config.inFlight().asLongValue();
    }

    private void hand(Batch batch) {
        long start = System.nanoTime();
        batchesInFlight.incrementAndGet();
        var _ = sink.write(batch).whenComplete((_, failed) -> {
            try {
                if (failed == null) {
                    ledger.stored(batch.rows());
                    metrics.stored(batch, System.nanoTime() - start);
                } else {
                    failure = failed instanceof CompletionException && failed.getCause() != null
                            ? failed.getCause()
                            : failed;
                }
            } catch (RuntimeException | Error e) {
                // The stage would keep it to itself, and nothing be confirmed ever again.
                failure = e;
            } finally {
                batchesInFlight.decrementAndGet();
                LockSupport.unpark(reader);
            }
        });
    }

    private void report() throws SQLException {
        Lsn confirmed = positions.confirmable(sink.recorded(ledger.confirmed()));
        wal.confirm(confirmed);
        metrics.confirmed(confirmed);
        long since = System.nanoTime() - reportedAt;
        if (since > SIGN_OF_LIFE || (since > REPORT && !confirmed.equals(reported))) {
            wal.report();
            reported = confirmed;
            reportedAt = System.nanoTime();
        }
    }

    private void rethrow() {
        Throwable failed = failure;
        if (failed instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failed != null) {
            throw new SinkFailedException(failed);
        }
    }

    /** Writes a position down; returns once that is durable. */
    interface Writing {
        void write(Lsn position) throws SQLException;
    }

    /** Is told of each heartbeat that was confirmed. */
    interface Beats {
        void confirmed(Heartbeat beat);
    }

    /** The sink gave up on a batch. */
    static final class SinkFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SinkFailedException(Throwable cause) {
            super("the sink has failed: " + cause.getMessage(), cause);
        }
    }
}

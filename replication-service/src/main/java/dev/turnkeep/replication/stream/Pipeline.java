package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream, for as long as the service lives: stands by, leads, makes the slot and the sink ready, reads, and begins
 * again after whatever failed. Nothing is confirmed to the server that the sink has not stored.
 *
 * <p>State: owned by its one thread; the status is written by it and read by others.
 */
public final class Pipeline {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final String OBJECT_IN_USE = "55006";
    private static final Duration SLOT_TAKEN = Duration.ofMillis(200);
    private static final Duration END = Duration.ofSeconds(5);

    private final PostgresServer server;
    private final StreamSpec spec;
    private final StreamConfig config;
    private final Sink sink;
    private final StreamMetrics metrics;
    private final Backoff backoff;
    private final Thread thread;
    private final ServerTime time;
    private final StreamHealth health;
    private volatile boolean stopping;
    private volatile boolean crashed;
    private volatile @Nullable Leader leading;
    private volatile @Nullable Reading reading;
    private StreamStatus.@Nullable Stopped lastStop;

    /** What is read at the moment; others look at it, and break it off. */
    private record Reading(WalStream wal, Tail tail) {}

    public Pipeline(
            PostgresServer server,
            StreamSpec spec,
            StreamConfig config,
            Sink sink,
            StreamMetrics metrics,
            Clock clock) {
        this.server = server;
        this.spec = spec;
        this.config = config;
        this.sink = sink;
        this.metrics = metrics;
        this.time = new ServerTime(clock);
        this.health = new StreamHealth(config, time);
        metrics.watches(health, sink, time);
        this.backoff = new Backoff(config.retryMin(), config.retryMax(), RandomGenerator.getDefault());
        // A platform thread: interrupting a virtual one would break the connection that it reads.
        this.thread = Thread.ofPlatform().name("replication-" + spec.name()).unstarted(this::run);
    }

    public String name() {
        return spec.name();
    }

    public void start() {
        thread.start();
    }

    /** Stops reading, waits until what was read is stored and confirmed, within the configured time, and lets go. */
    public void stop() throws InterruptedException {
        stopping = true;
        thread.interrupt();
        thread.join(config.drain().plus(END));
        // Nobody waits any longer for a server that is gone.
        breakOff();
    }

    /** Ends as a crash would, for tests of crashes: nothing that was not confirmed yet is confirmed any more. */
    void crash() throws InterruptedException, SQLException {
        crashed = true;
        stopping = true;
        Leader leader = leading;
        if (leader != null) {
            leader.abandon();
        }
        thread.interrupt();
        thread.join(END);
    }

    public StreamStatus status() {
        return health.status();
    }

    /**
     * Tries what the sink has put aside once more.
     *
     * @throws IllegalStateException when this instance does not lead
     */
    public Requeued requeue() {
        return sink.requeue();
    }

    /** Why the stream's rows wait, in words for an operator; empty while they flow or another instance brings them. */
    public Optional<String> trouble() {
        Leader leader = leading;
        return health.trouble(sink.trouble(), leader == null ? Optional.empty() : leader.trouble(), metrics.lag());
    }

    /** Where it is. */
    public StreamReport report() {
        Optional<Restoring> restoring = sink.restoring();
        String state =
                switch (health.status()) {
                    case StreamStatus.Standby() -> "standby";
                    case StreamStatus.Preparing(boolean anew) -> anew ? "restoring" : "preparing";
                    case StreamStatus.Streaming() -> restoring.isPresent() ? "restoring" : "streaming";
                    case StreamStatus.Failing(String _) -> "failing";
                    case StreamStatus.Stopped(String _) -> "stopped";
                    case StreamStatus.Ended() -> "ended";
                };
        return new StreamReport(
                spec.name(),
                spec.slot(),
                state,
                trouble().orElse(null),
                metrics.receivedLsn(),
                metrics.confirmedLsn(),
                metrics.rowsInFlight(),
                metrics.retainedBytes(),
                metrics.quarantined(),
                metrics.lag(),
                health.age(),
                restoring.orElse(null));
    }

    private void run() {
        while (!stopping) {
            try {
                boolean led = lead();
                if (led && !stopping) {
                    failed(new IllegalStateException("the leadership was lost"));
                } else if (!stopping) {
                    Thread.sleep(config.election());
                }
            } catch (StoppedException e) {
                stopped(e);
            } catch (InterruptedException e) {
                if (!stopping) {
                    failed(new IllegalStateException("the leadership was lost"));
                }
            } catch (Exception | Error e) {
                // Also of an error: a thread that ends without a word is the worst that can happen to a stream.
                failed(e);
            }
        }
        health.is(new StreamStatus.Ended());
    }

    /** Returns false when another one leads, true when this leadership is over. */
    private boolean lead() throws Exception {
        return switch (Leader.elect(server, spec, config, time)) {
            case Leader.Election.Lost(Duration silent) -> {
                health.standsBy(silent);
                metrics.standsBy();
                yield false;
            }
            case Leader.Election.Won(Leader leader) -> {
                lead(leader);
                yield true;
            }
        };
    }

    private void lead(Leader leader) throws Exception {
        leading = leader;
        try {
            leader.watch(new Leader.Watch() {
                @Override
                public void look() {
                    breakOffWhatIsStuck();
                }

                @Override
                public void deposed() {
                    if (leader.equals(leading)) {
                        thread.interrupt();
                        breakOff();
                    }
                }
            });
            health.leads();
            metrics.leads(leader);
            LOG.atInfo().addKeyValue("stream", spec.name()).log("this instance leads");
            serve(leader);
        } finally {
            leading = null;
            metrics.standsBy();
            // An interrupt was for what is over now; it must not break what cleans up.
            boolean _ = Thread.interrupted();
            leader.close();
        }
    }

    private void breakOff() {
        Reading current = reading;
        if (current != null) {
            current.wal().abort();
        }
    }

    /** A read waits for the rest of a message for as long as the kernel believes in the connection. */
    private void breakOffWhatIsStuck() {
        Reading current = reading;
        if (current != null
                && current.tail().stuckFor().compareTo(config.senderTimeout().multipliedBy(2)) > 0) {
            LOG.atWarn().addKeyValue("stream", spec.name()).log("the server fell silent within a message");
            current.wal().abort();
        }
    }

    private void serve(Leader leader) throws Exception {
        if (!(health.status() instanceof StreamStatus.Stopped)) {
            health.is(new StreamStatus.Preparing(false));
        }
        SlotStart slot = new Slots(server, spec).open();
        health.is(new StreamStatus.Preparing(slot.restoring()));
        WrittenPositions positions = leader.begin(slot);
        try {
            sink.begin(slot);
            WalStream wal = open(slot, leader);
            if (wal != null) {
                try (wal) {
                    read(wal, slot, leader, positions);
                }
            }
        } finally {
            boolean _ = Thread.interrupted();
            sink.end();
        }
    }

    private void read(WalStream wal, SlotStart slot, Leader leader, WrittenPositions positions) throws SQLException {
        Ledger ledger = new Ledger(slot.from());
        metrics.reads(ledger);
        Tail tail = new Tail(wal, sink, spec, config, metrics, ledger, positions);
        health.is(new StreamStatus.Streaming());
        LOG.atInfo()
                .addKeyValue("stream", spec.name())
                .addKeyValue("from", slot.from())
                .log("reading");
        Tail.Beats beats = beat -> {
            // What goes into tables that nobody reads yet is not fresh.
            if (sink.restoring().isEmpty()) {
                metrics.fresh(beat);
            }
            leader.watermark(beat.oldestXid());
            backoff.reset();
            health.passed(beat);
        };
        lastStop = null;
        reading = new Reading(wal, tail);
        try {
            tail.follow(() -> goOn(leader), beats);
            if (!leader.lost() && !crashed) {
                boolean _ = Thread.interrupted();
                tail.drain(beats, position -> write(position, slot));
            }
        } finally {
            reading = null;
        }
    }

    private void write(Lsn position, SlotStart slot) throws SQLException {
        try (Connection tables = server.tables("turnkeep-state-" + spec.name(), END)) {
            new StreamState(tables, spec.name())
                    .confirmed(position, slot.timelines().current());
        }
    }

    /** The slot may still be held by a leader that the server has not noticed the end of. Null when told to stop. */
    private @Nullable WalStream open(SlotStart slot, Leader leader) throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        while (goOn(leader)) {
            try {
                return WalStream.open(server, spec, slot, config.senderTimeout());
            } catch (SQLException e) {
                if (!OBJECT_IN_USE.equals(e.getSQLState())) {
                    throw e;
                }
                // A reader that is gone would be noticed by now; this one is another's.
                if (System.nanoTime() - begun > config.senderTimeout().toNanos()) {
                    waits(e);
                }
                Thread.sleep(SLOT_TAKEN);
            }
        }
        return null;
    }

    private void waits(SQLException taken) {
        if (!(health.status() instanceof StreamStatus.Failing)) {
            LOG.atWarn()
                    .addKeyValue("stream", spec.name())
                    .addKeyValue("reason", taken.getMessage())
                    .log("another one reads the slot");
        }
        metrics.retried();
        health.failing("another one reads the slot: " + taken.getMessage());
    }

    private boolean goOn(Leader leader) {
        return !stopping && !leader.lost();
    }

    private void failed(Throwable e) {
        metrics.retried();
        health.failing(e.getClass().getSimpleName() + ": " + e.getMessage());
        Duration pause = backoff.next();
        if (stopping) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("stream", spec.name())
                .addKeyValue("reason", e.getMessage())
                .addKeyValue("pause", pause)
                .setCause(e instanceof SQLException || e instanceof IllegalStateException ? null : e)
                .log("the stream has failed and begins again");
        pause(pause);
    }

    private void stopped(StoppedException e) {
        StreamStatus.Stopped now = new StreamStatus.Stopped(String.valueOf(e.getMessage()));
        if (!now.equals(lastStop)) {
            LOG.atError()
                    .addKeyValue("stream", spec.name())
                    .addKeyValue("reason", e.getMessage())
                    .log("the stream has stopped: an operator has to act");
        }
        lastStop = now;
        health.is(now);
        pause(config.stoppedRetry());
    }

    private void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException interrupted) {
            // Told to stop: the loop knows.
        }
    }
}

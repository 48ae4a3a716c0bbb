package dev.turnkeep.replication.stream;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
    private final Clock clock;
    private final Backoff backoff;
    private final Thread thread;
    private volatile StreamStatus status = new StreamStatus.Standby();
    private volatile boolean stopping;
    private volatile boolean crashed;
    private volatile @Nullable Leader leading;
    // Since when nothing has come through: that it reads again for a moment is no recovery.
    private volatile @Nullable Instant failingSince;

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
        this.clock = clock;
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
        return status;
    }

    /** Why the stream's rows wait, in words for an operator; empty while they flow or another instance brings them. */
    public Optional<String> trouble() {
        Optional<String> own =
                switch (status) {
                    case StreamStatus.Stopped(String reason) -> Optional.of(reason);
                    case StreamStatus.Failing(String reason) ->
                        Optional.of(reason).filter(_ -> failsTooLong());
                    case StreamStatus.Standby(), StreamStatus.Ended() -> Optional.empty();
                    case StreamStatus.Preparing(boolean _) -> sink.trouble();
                    case StreamStatus.Streaming() -> sink.trouble();
                };
        if (own.isEmpty() && failsTooLong()) {
            return Optional.of("the stream fails again and again");
        }
        Duration lag = metrics.lag();
        return own.isPresent() || lag.compareTo(config.unreadyLag()) < 0
                ? own
                : Optional.of("the oldest row waits for " + lag.toSeconds() + " s");
    }

    /** Where it is. */
    public StreamReport report() {
        String state =
                switch (status) {
                    case StreamStatus.Standby() -> "standby";
                    case StreamStatus.Preparing(boolean restoring) -> restoring ? "restoring" : "preparing";
                    case StreamStatus.Streaming() -> "streaming";
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
                metrics.lag());
    }

    private boolean failsTooLong() {
        Instant since = failingSince;
        return since != null && since.plus(config.unreadyAfter()).isBefore(clock.instant());
    }

    private void run() {
        while (!stopping) {
            try {
                boolean led = lead();
                if (led && !stopping) {
                    failed(new IllegalStateException("the leadership was lost"));
                } else if (!stopping) {
                    failingSince = null;
                    Thread.sleep(config.election());
                }
            } catch (StoppedException e) {
                stopped(e);
            } catch (InterruptedException e) {
                if (!stopping) {
                    failed(new IllegalStateException("the leadership was lost"));
                }
            } catch (Exception e) {
                failed(e);
            }
        }
        status = new StreamStatus.Ended();
    }

    /** Returns false when another one leads, true when this leadership is over. */
    private boolean lead() throws Exception {
        Leader leader = Leader.elect(server, spec, config);
        if (leader == null) {
            status = new StreamStatus.Standby();
            metrics.standsBy();
            return false;
        }
        leading = leader;
        try {
            leader.watch(thread::interrupt);
            metrics.leads(leader);
            LOG.atInfo().addKeyValue("stream", spec.name()).log("this instance leads");
            serve(leader);
            return true;
        } finally {
            leading = null;
            metrics.standsBy();
            // An interrupt was for what is over now; it must not break what cleans up.
            boolean _ = Thread.interrupted();
            leader.close();
        }
    }

    private void serve(Leader leader) throws Exception {
        SlotStart slot = new Slots(server, spec).open();
        status = new StreamStatus.Preparing(slot.restoring());
        try {
            sink.begin(slot);
            WalStream wal = open(slot, leader);
            if (wal != null) {
                try (wal) {
                    read(wal, slot, leader);
                }
            }
        } finally {
            boolean _ = Thread.interrupted();
            sink.end();
        }
    }

    private void read(WalStream wal, SlotStart slot, Leader leader) throws SQLException {
        Ledger ledger = new Ledger(slot.from());
        metrics.reads(ledger);
        Tail tail = new Tail(wal, sink, spec, config, metrics, ledger);
        status = new StreamStatus.Streaming();
        LOG.atInfo()
                .addKeyValue("stream", spec.name())
                .addKeyValue("from", slot.from())
                .log("reading");
        Tail.Beats beats = beat -> {
            metrics.fresh(beat);
            leader.watermark(beat.oldestXid());
            backoff.reset();
            failingSince = null;
        };
        tail.follow(() -> goOn(leader), beats);
        if (!leader.lost() && !crashed) {
            boolean _ = Thread.interrupted();
            tail.drain(beats);
        }
    }

    /** The slot may still be held by a leader that the server has not noticed the end of. Null when told to stop. */
    private @Nullable WalStream open(SlotStart slot, Leader leader) throws SQLException, InterruptedException {
        while (goOn(leader)) {
            try {
                return WalStream.open(server, spec, slot, config.senderTimeout());
            } catch (SQLException e) {
                if (!OBJECT_IN_USE.equals(e.getSQLState())) {
                    throw e;
                }
                Thread.sleep(SLOT_TAKEN);
            }
        }
        return null;
    }

    private boolean goOn(Leader leader) {
        return !stopping && !leader.lost();
    }

    private void failed(Exception e) {
        metrics.retried();
        if (failingSince == null) {
            failingSince = clock.instant();
        }
        status = new StreamStatus.Failing(e.getClass().getSimpleName() + ": " + e.getMessage());
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
        if (!now.equals(status)) {
            LOG.atError()
                    .addKeyValue("stream", spec.name())
                    .addKeyValue("reason", e.getMessage())
                    .log("the stream has stopped: an operator has to act");
        }
        status = now;
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

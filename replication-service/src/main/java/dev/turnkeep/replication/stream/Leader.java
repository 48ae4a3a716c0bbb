package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to read a slot: an advisory lock that lives as long as its connection. A thread of its own asks for a sign of
 * life again and again and writes the heartbeats; the leadership ends with the connection. What the server refuses to write
 * does not end it: while a disk is full, the one that lets it go of its log must not stand still. The server ends the
 * connection of a leader that asks for nothing: one that is frozen keeps its connections, as far as the kernel can tell.
 * The slot itself is the fence: Postgres lets one reader at a time have it.
 */
final class Leader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);
    // Locks of two integers are a space of their own, apart from those of the sessions' keys.
    private static final int LOCKS = 0x7475726e;

    private final Connection connection;
    private final StreamSpec spec;
    private final StreamConfig config;
    private final ServerTime time;
    private final StreamState state;
    private final AtomicReference<@Nullable Long> watermark = new AtomicReference<>();
    private final WrittenPositions positions;
    private final Thread pulse;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean lost;
    private volatile boolean closing;
    private volatile SlotSize size = new SlotSize(0, OptionalLong.empty());
    private volatile @Nullable String refusal;
    private volatile int timeline = 1;
    private volatile @Nullable String system;
    private volatile long quarantined;
    private @Nullable Watch watch;
    private long nextBeat = System.nanoTime();

    /** What comes of asking for the right to lead. */
    sealed interface Election {
        /** It is this instance's, until it is closed or lost. */
        record Won(Leader leader) implements Election {}

        /** @param silent how long ago the one that has it wrote its last heartbeat */
        record Lost(Duration silent) implements Election {}
    }

    /** Is told by the leader's thread. */
    interface Watch {
        /** Again and again. */
        void look();

        /** Once, when the leadership is lost. */
        void deposed();
    }

    /**
     * How much log a slot keeps.
     *
     * @param retained in bytes
     * @param safe how much more may be written before the slot can be lost; empty when there is no limit
     */
    record SlotSize(long retained, OptionalLong safe) {}

    private Leader(Connection connection, StreamSpec spec, StreamConfig config, ServerTime time) {
        this.connection = connection;
        this.spec = spec;
        this.config = config;
        this.time = time;
        this.state = new StreamState(connection, spec.name());
        this.positions = new WrittenPositions(config.heartbeat(), System.nanoTime());
        this.pulse = Thread.ofVirtual().name("pulse-" + spec.name()).unstarted(this::beat);
    }

    /** @param time is told, again and again, what the server's clock shows */
    static Election elect(PostgresServer server, StreamSpec spec, StreamConfig config, ServerTime time)
            throws SQLException {
        Connection connection = server.lock("turnkeep-leader-" + spec.name(), atLeastASecond(config), silence(config));
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
            lock.setInt(1, LOCKS);
            lock.setString(2, spec.slot());
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    time.is(new StreamState(connection, spec.name()).now());
                    return new Election.Won(new Leader(connection, spec, config, time));
                }
            }
            Duration silent = new StreamState(connection, spec.name()).silence();
            connection.close();
            return new Election.Lost(silent);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Longer than a leader that lives ever asks for nothing. */
    private static Duration silence(StreamConfig config) {
        Duration rounds = config.election().multipliedBy(3);
        return rounds.compareTo(atLeastASecond(config)) > 0 ? rounds : atLeastASecond(config);
    }

    private static Duration atLeastASecond(StreamConfig config) {
        Duration second = Duration.ofSeconds(1);
        return config.electionTimeout().compareTo(second) < 0 ? second : config.electionTimeout();
    }

    /** Starts the signs of life. */
    void watch(Watch told) {
        watch = told;
        pulse.start();
    }

    /** The slot is there, and continues what was written down. */
    WrittenPositions begin(SlotStart slot) {
        timeline = slot.timelines().current();
        positions.begin(slot.from());
        system = slot.systemIdentifier();
        return positions;
    }

    /** What the server refuses to write, in words for an operator. */
    Optional<String> trouble() {
        return Optional.ofNullable(refusal).map(reason -> "Postgres does not take the heartbeats: " + reason);
    }

    boolean lost() {
        return lost;
    }

    SlotSize size() {
        return size;
    }

    /** How many rows of the stream waited in quarantine with the last heartbeat. */
    long quarantined() {
        return quarantined;
    }

    /** The sink has stored every transaction before this one; written with the next sign of life. */
    void watermark(long xid) {
        watermark.set(xid);
    }

    private void beat() {
        try {
            while (!closing) {
                look();
                if (!round()) {
                    LOG.atInfo().addKeyValue("stream", spec.name()).log("told to begin anew");
                    return;
                }
                boolean _ = closed.await(config.election().toNanos(), TimeUnit.NANOSECONDS);
            }
            save();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            if (!closing) {
                LOG.atWarn()
                        .addKeyValue("stream", spec.name())
                        .addKeyValue("reason", e.getMessage())
                        .log("the leadership is lost with its connection");
            }
        } finally {
            lost = true;
            Watch told = watch;
            if (!closing && told != null) {
                told.deposed();
            }
        }
    }

    private void look() {
        Watch told = watch;
        if (told != null) {
            told.look();
        }
    }

    /** Whether to go on: what was written down may have been taken back, so that the stream makes everything anew. */
    private boolean round() throws SQLException {
        boolean due = System.nanoTime() - nextBeat >= 0;
        if (due) {
            nextBeat = System.nanoTime() + config.heartbeat().toNanos();
        }
        try {
            if (due) {
                // Before a slot is open, the one who opens it looks.
                if (system != null && lacks()) {
                    return false;
                }
                time.is(state.now());
                size = measure();
                quarantined = state.quarantined();
                state.beat();
                refusal = null;
            }
            // Asked in every round: it is the sign of life.
            Optional<String> written = state.system();
            String known = system;
            if (known != null && !written.equals(Optional.of(known))) {
                return false;
            }
            save();
        } catch (SQLException e) {
            if (!connection.isValid(Math.toIntExact(atLeastASecond(config).toSeconds()))) {
                throw e;
            }
            if (refusal == null) {
                LOG.atWarn()
                        .addKeyValue("stream", spec.name())
                        .addKeyValue("reason", e.getMessage())
                        .log("Postgres does not take the heartbeats");
            }
            refusal = e.getMessage();
            positions.refused();
        }
        return true;
    }

    private void save() throws SQLException {
        Optional<Lsn> due = positions.due(System.nanoTime());
        if (due.isPresent()) {
            state.confirmed(due.get(), timeline);
            positions.written(due.get(), System.nanoTime());
        }
        Long reached = watermark.getAndSet(null);
        // Looked at once more, now that the heartbeat has come through: what was left out before it must not count as
        // stored.
        if (reached != null && !lacks()) {
            state.watermark(reached);
        }
    }

    /** Whether the stream is not sent everything: then what it has does not continue, whatever is mended later. */
    private boolean lacks() throws SQLException {
        for (Publication publication : spec.publications()) {
            if (publication.lacks(connection)) {
                state.discontinue();
                LOG.atError()
                        .addKeyValue("stream", spec.name())
                        .addKeyValue("publication", publication.name())
                        .log("the publication leaves changes out: what is missing will be restored once it is mended");
                return true;
            }
        }
        return false;
    }

    private SlotSize measure() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint, safe_wal_size
                FROM pg_replication_slots WHERE slot_name = ?
                """)) {
            ask.setString(1, spec.slot());
            try (ResultSet row = ask.executeQuery()) {
                if (!row.next()) {
                    return new SlotSize(0, OptionalLong.empty());
                }
                long retained = row.getLong(1);
                long safe = row.getLong(2);
                return new SlotSize(retained, row.wasNull() ? OptionalLong.empty() : OptionalLong.of(safe));
            }
        }
    }

    /** Lets the lock go. */
    @Override
    public void close() throws SQLException {
        closing = true;
        closed.countDown();
        try {
            if (pulse.isAlive()) {
                pulse.join(config.electionTimeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Whatever happens: a connection that is forgotten would hold the lock, and nobody could lead.
            connection.close();
        }
    }

    /** As a crash would: the connection breaks in the middle of whatever it does. */
    void abandon() throws SQLException {
        closing = true;
        connection.abort(Runnable::run);
    }
}

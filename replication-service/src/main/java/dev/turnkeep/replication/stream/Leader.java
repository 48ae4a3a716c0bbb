package dev.turnkeep.replication.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to read a slot: an advisory lock that lives as long as its connection. A thread of its own asks for a sign of
 * life again and again and writes the heartbeats; the first one that fails ends the leadership. The slot itself is the
 * fence: Postgres lets one reader at a time have it.
 */
final class Leader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);
    // Locks of two integers are a space of their own, apart from those of the sessions' keys.
    private static final int LOCKS = 0x7475726e;

    private final Connection connection;
    private final StreamSpec spec;
    private final StreamConfig config;
    private final StreamState state;
    private final AtomicReference<@Nullable Long> watermark = new AtomicReference<>();
    private final Thread pulse;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean lost;
    private volatile boolean closing;
    private volatile SlotSize size = new SlotSize(0, OptionalLong.empty());
    private @Nullable Runnable deposed;

    /**
     * How much log a slot keeps.
     *
     * @param retained in bytes
     * @param safe how much more may be written before the slot can be lost; empty when there is no limit
     */
    record SlotSize(long retained, OptionalLong safe) {}

    private Leader(Connection connection, StreamSpec spec, StreamConfig config) {
        this.connection = connection;
        this.spec = spec;
        this.config = config;
        this.state = new StreamState(connection, spec.name());
        this.pulse = Thread.ofVirtual().name("pulse-" + spec.name()).unstarted(this::beat);
    }

    /** The leadership, or null while another one has it. */
    static @Nullable Leader elect(PostgresServer server, StreamSpec spec, StreamConfig config) throws SQLException {
        Connection connection = server.tables("turnkeep-leader-" + spec.name(), atLeastASecond(config));
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
            lock.setInt(1, LOCKS);
            lock.setString(2, spec.slot());
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    return new Leader(connection, spec, config);
                }
            }
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
        connection.close();
        return null;
    }

    private static Duration atLeastASecond(StreamConfig config) {
        Duration second = Duration.ofSeconds(1);
        return config.electionTimeout().compareTo(second) < 0 ? second : config.electionTimeout();
    }

    /** Starts the signs of life; {@code whenDeposed} runs once, on another thread, when one fails. */
    void watch(Runnable whenDeposed) {
        deposed = whenDeposed;
        pulse.start();
    }

    boolean lost() {
        return lost;
    }

    SlotSize size() {
        return size;
    }

    /** The sink has stored every transaction before this one; written with the next sign of life. */
    void watermark(long xid) {
        watermark.set(xid);
    }

    private void beat() {
        try {
            long nextBeat = System.nanoTime();
            while (!closing) {
                if (System.nanoTime() - nextBeat >= 0) {
                    state.beat();
                    size = measure();
                    nextBeat += config.heartbeat().toNanos();
                } else {
                    connection.createStatement().execute("SELECT 1");
                }
                save();
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
            Runnable told = deposed;
            if (!closing && told != null) {
                told.run();
            }
        }
    }

    private void save() throws SQLException {
        Long reached = watermark.getAndSet(null);
        if (reached != null) {
            state.watermark(reached);
        }
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

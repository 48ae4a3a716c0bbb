package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that reads a slot. The driver answers keepalives while it reads; while nobody reads, the socket fills up
 * and the server waits, and {@link #report} keeps the connection alive. For one thread, but for {@link #abort}.
 */
final class WalStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WalStream.class);
    private static final Duration STATUS = Duration.ofSeconds(1);
    private static final Duration START = Duration.ofSeconds(30);

    private final Connection connection;
    private final PGReplicationStream stream;
    private Lsn flushed;

    private WalStream(Connection connection, PGReplicationStream stream, Lsn flushed) {
        this.connection = connection;
        this.stream = stream;
        this.flushed = flushed;
    }

    /** @throws SQLException with the state 55006 while another one reads the slot */
    static WalStream open(PostgresServer server, StreamSpec spec, SlotStart slot, Duration senderTimeout)
            throws SQLException {
        Connection connection = server.replication("turnkeep-" + spec.name(), senderTimeout);
        try {
            // A server that says nothing to this is gone; later on it may be silent, and pauses are ours.
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(START.toMillis()));
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(spec.slot())
                    .withSlotOption("proto_version", 2)
                    .withSlotOption("publication_names", spec.publicationNames())
                    .withSlotOption("binary", true)
                    // Positions are confirmed by the ledger alone.
                    .withAutomaticFlush(false)
                    .withStatusInterval(Math.toIntExact(STATUS.toMillis()), TimeUnit.MILLISECONDS)
                    .start();
            connection.setNetworkTimeout(Runnable::run, 0);
            WalStream wal = new WalStream(connection, stream, Lsn.ZERO);
            wal.confirm(slot.from());
            return wal;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The next message, or null when none has arrived. */
    @Nullable
    ByteBuffer readPending() throws SQLException {
        return stream.readPending();
    }

    /** The position of the last message or keepalive that was read. */
    Lsn received() {
        return new Lsn(stream.getLastReceiveLSN().asLong());
    }

    /** What the next status says is stored. */
    void confirm(Lsn position) {
        if (position.isAfter(flushed)) {
            flushed = position;
            LogSequenceNumber number = LogSequenceNumber.valueOf(position.value());
            stream.setFlushedLSN(number);
            stream.setAppliedLSN(number);
        }
    }

    /** Sends a status now. */
    void report() throws SQLException {
        stream.forceUpdateStatus();
    }

    /**
     * Breaks the connection in the middle of whatever it does, from another thread. A server that vanished within a message
     * lets its reader wait for the rest of it, and an interrupt does not wake that one.
     */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("a connection could not be broken off");
        }
    }

    @Override
    public void close() throws SQLException {
        // The stream's own close would first read all that the server has sent; nothing that was read is lost without
        // it.
        connection.close();
    }
}

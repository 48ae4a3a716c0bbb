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

/**
 * The connection that reads a slot. The driver answers keepalives while it reads; while nobody reads, the socket fills up
 * and the server waits, and {@link #report} keeps the connection alive. For one thread.
 */
final class WalStream implements AutoCloseable {
    private static final Duration STATUS = Duration.ofSeconds(1);

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
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(spec.slot())
                    .withSlotOption("proto_version", 2)
                    .withSlotOption("publication_names", spec.publication().name())
                    .withSlotOption("binary", true)
                    // Positions are confirmed by the ledger alone.
                    .withAutomaticFlush(false)
                    .withStatusInterval(Math.toIntExact(STATUS.toMillis()), TimeUnit.MILLISECONDS)
                    .start();
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

    @Override
    public void close() throws SQLException {
        // The stream's own close waits for the server to stop sending, through all that is unread; closing the socket
        // does
        // not, and nothing that was read is lost by it.
        connection.close();
    }
}

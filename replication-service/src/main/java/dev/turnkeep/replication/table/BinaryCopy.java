package dev.turnkeep.replication.table;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;

/** The rows of a query, in the binary format of COPY: its values are the replication stream's own. */
final class BinaryCopy implements AutoCloseable {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int END = -1;
    private static final int NULL = -1;

    private final Connection connection;
    private final DataInputStream in;
    private boolean ended;

    BinaryCopy(Connection connection, String query) throws SQLException, IOException {
        this.connection = connection;
        in = new DataInputStream(new BufferedInputStream(new PGCopyInputStream(
                connection.unwrap(PGConnection.class), "COPY (" + query + ") TO STDOUT (FORMAT binary)")));
        if (!java.util.Arrays.equals(in.readNBytes(SIGNATURE.length), SIGNATURE))
            throw new IOException("not a binary COPY");
        in.readInt(); // flags, of which none is in use
        in.skipNBytes(in.readInt());
    }

    /** The next row, or null after the last one. */
    @Nullable
    List<Cell> next() throws IOException {
        int columns = in.readShort();
        if (columns == END) {
            // Its last message may not have been read yet.
            ended = in.read() < 0;
            return null;
        }
        List<Cell> cells = new ArrayList<>(columns);
        for (int i = 0; i < columns; i++) {
            int length = in.readInt();
            cells.add(length == NULL ? Cell.Absent.NULL : new Cell.Present(ByteBuffer.wrap(in.readNBytes(length))));
        }
        return List.copyOf(cells);
    }

    /**
     * One that is broken off costs its connection: cancelled, it leaves an answer of the server behind, which the next statement
     * would take for its own.
     */
    @Override
    public void close() throws IOException, SQLException {
        if (ended) in.close();
        else connection.abort(Runnable::run);
    }
}

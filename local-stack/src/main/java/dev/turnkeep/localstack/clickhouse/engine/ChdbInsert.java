package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A running INSERT. Confined to one thread; closing it before {@link #finish} cancels it. */
public final class ChdbInsert implements AutoCloseable {

    private static final int PIECE = 256 * 1024;

    private final Chdb chdb;
    private final MemorySegment handle;
    private boolean finished;

    private ChdbInsert(Chdb chdb, MemorySegment handle) {
        this.chdb = chdb;
        this.handle = handle;
    }

    static ChdbInsert of(Chdb chdb, MemorySegment handle) {
        String error = Chdb.text(chdb.insertError.call(handle));
        if (error == null) return new ChdbInsert(chdb, handle);
        chdb.destroyInsert.call(handle);
        throw ClickHouseException.parse(error);
    }

    /**
     * Hands over all of the data; blocks while the engine is behind.
     *
     * @throws IOException when the data ends before its end: close this without finishing it
     * @throws ClickHouseException when the engine refuses it
     */
    public void append(InputStream data) throws IOException {
        byte[] piece = new byte[PIECE];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(PIECE);
            for (int read = data.readNBytes(piece, 0, PIECE); read > 0; read = data.readNBytes(piece, 0, PIECE)) {
                MemorySegment.copy(piece, 0, copy, JAVA_BYTE, 0, read);
                if (chdb.append.call(handle, copy, read) != 0) throw failure();
            }
        }
    }

    /** Commits, and returns what was written. */
    public Progress finish() {
        finished = true;
        try (ChdbResult written = ChdbResult.of(chdb, chdb.finishInsert.call(handle))) {
            return written.progress();
        }
    }

    private ClickHouseException failure() {
        String error = Chdb.text(chdb.insertError.call(handle));
        if (error != null) return ClickHouseException.parse(error);
        try {
            finish();
        } catch (ClickHouseException e) {
            return e;
        }
        return ClickHouseException.of(
                ClickHouseException.STD_EXCEPTION, "STD_EXCEPTION", "The engine refused data without a reason");
    }

    @Override
    public void close() {
        if (!finished) chdb.cancelInsert.call(handle);
        chdb.destroyInsert.call(handle);
    }
}

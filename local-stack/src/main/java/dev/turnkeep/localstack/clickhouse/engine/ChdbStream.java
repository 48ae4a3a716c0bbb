package dev.turnkeep.localstack.clickhouse.engine;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A running SELECT. Confined to one thread; closing it before its end cancels the statement. */
public final class ChdbStream implements AutoCloseable {

    private final Chdb chdb;
    private final MemorySegment connection;
    private final MemorySegment handle;
    private boolean ended;

    ChdbStream(Chdb chdb, MemorySegment connection, MemorySegment handle) {
        this.chdb = chdb;
        this.connection = connection;
        this.handle = handle;
    }

    static MemorySegment checked(Chdb chdb, MemorySegment handle) {
        String error = Chdb.text(chdb.resultError.call(handle));
        if (error == null) return handle;
        chdb.destroyResult.call(handle);
        throw ClickHouseException.parse(error);
    }

    /**
     * The next piece, to be closed by the caller; null at the end.
     *
     * @throws ClickHouseException when the statement failed or was killed: what came before is not a whole result
     */
    public @Nullable ChdbResult next() {
        if (ended) return null;
        ChdbResult piece;
        try {
            piece = ChdbResult.of(chdb, chdb.fetch.call(connection, handle));
        } catch (ClickHouseException e) {
            ended = true;
            throw e;
        }
        // The engine's mark of the end. No format that is streamed writes a row as nothing.
        if (piece.data().byteSize() > 0) return piece;
        piece.close();
        ended = true;
        return null;
    }

    @Override
    public void close() {
        if (!ended) chdb.cancelQuery.call(connection, handle);
        chdb.destroyResult.call(handle);
    }
}

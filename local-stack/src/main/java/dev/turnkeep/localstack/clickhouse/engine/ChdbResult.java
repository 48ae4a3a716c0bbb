package dev.turnkeep.localstack.clickhouse.engine;

import java.lang.foreign.MemorySegment;

/** A result, or a piece of one, in the engine's memory until it is closed. Confined to one thread. */
public final class ChdbResult implements AutoCloseable {

    private final Chdb chdb;
    private final MemorySegment handle;

    private ChdbResult(Chdb chdb, MemorySegment handle) {
        this.chdb = chdb;
        this.handle = handle;
    }

    /** @throws ClickHouseException when the handle carries an error; it is then released */
    static ChdbResult of(Chdb chdb, MemorySegment handle) {
        String error = Chdb.text(chdb.resultError.call(handle));
        if (error == null) return new ChdbResult(chdb, handle);
        chdb.destroyResult.call(handle);
        throw ClickHouseException.parse(error);
    }

    /** The bytes, valid until {@link #close}. */
    @SuppressWarnings("restricted") // the length comes from the library
    public MemorySegment data() {
        long length = chdb.resultLength.call(handle);
        return length == 0
                ? MemorySegment.NULL
                : chdb.resultBuffer.call(handle).reinterpret(length).asReadOnly();
    }

    public Progress progress() {
        return new Progress(
                chdb.rowsRead.call(handle),
                chdb.bytesRead.call(handle),
                chdb.rowsWritten.call(handle),
                chdb.bytesWritten.call(handle));
    }

    @Override
    public void close() {
        chdb.destroyResult.call(handle);
    }
}

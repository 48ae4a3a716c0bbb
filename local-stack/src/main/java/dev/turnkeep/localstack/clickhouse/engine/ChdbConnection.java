package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;

/**
 * A connection: its own database, settings and temporary tables, one statement at a time. Confined to one thread at a
 * time. Streams must be closed before it.
 */
public final class ChdbConnection implements AutoCloseable {

    private final Chdb chdb;
    private final MemorySegment pointer;
    private final MemorySegment handle;

    @SuppressWarnings("restricted") // the library returns a pointer to the handle
    ChdbConnection(Chdb chdb, MemorySegment pointer) {
        this.chdb = chdb;
        this.pointer = pointer;
        this.handle = pointer.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
    }

    /** Runs a statement to its end, its whole result in the engine's memory. */
    public ChdbResult query(Call call) {
        return ChdbResult.of(chdb, call.on(chdb.query, handle));
    }

    /** For statements without a result. */
    public void run(String sql) {
        query(Call.of(sql)).close();
    }

    /** Begins a SELECT whose result is fetched piece by piece; other statements are refused by the engine. */
    public ChdbStream stream(Call call) {
        return new ChdbStream(chdb, handle, ChdbStream.checked(chdb, call.on(chdb.streamQuery, handle)));
    }

    /** Begins an INSERT whose data follows; the statement comes without its FORMAT clause. */
    public ChdbInsert insert(Call call) {
        return ChdbInsert.of(chdb, call.on(chdb.insert, handle));
    }

    @Override
    public void close() {
        chdb.closeConnection.call(pointer);
    }
}

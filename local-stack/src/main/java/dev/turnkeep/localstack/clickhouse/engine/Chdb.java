package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandleProxies;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The C functions of {@code libchdb.so} that are used here. Every call may block for as long as a statement runs and
 * pins its carrier: call from platform threads.
 */
public final class Chdb {

    /** {@code chdb_connect(argc, argv)}: a pointer to the connection, or NULL. */
    public interface Connect {
        MemorySegment call(int count, MemorySegment arguments);
    }

    /** The {@code *_with_params_n} family: a statement, a format and named parameters, each with its length. */
    public interface Execute {
        MemorySegment call(
                MemorySegment connection,
                MemorySegment sql,
                long sqlLength,
                MemorySegment format,
                long formatLength,
                MemorySegment names,
                MemorySegment nameLengths,
                MemorySegment values,
                MemorySegment valueLengths,
                long parameters);
    }

    /** {@code chdb_stream_append}: 0 is success. */
    public interface Append {
        int call(MemorySegment insert, MemorySegment data, long length);
    }

    /** {@code chdb_stream_fetch_result(connection, stream)}. */
    public interface Fetch {
        MemorySegment call(MemorySegment connection, MemorySegment stream);
    }

    /** {@code chdb_stream_cancel_query(connection, stream)}. */
    public interface Cancel {
        void call(MemorySegment connection, MemorySegment stream);
    }

    /** From one handle to a pointer. */
    public interface PointerOf {
        MemorySegment call(MemorySegment handle);
    }

    /** From one handle to a number. */
    public interface NumberOf {
        long call(MemorySegment handle);
    }

    /** Ends a handle. */
    public interface Release {
        void call(MemorySegment handle);
    }

    /** A switch. */
    public interface Toggle {
        void call(int value);
    }

    private static final FunctionDescriptor EXECUTE = FunctionDescriptor.of(
            ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final FunctionDescriptor POINTER_OF = FunctionDescriptor.of(ADDRESS, ADDRESS);
    private static final FunctionDescriptor NUMBER_OF = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
    private static final FunctionDescriptor RELEASE = FunctionDescriptor.ofVoid(ADDRESS);

    private final SymbolLookup library;

    final Toggle signalHandlers;
    final Connect connect;
    final Release closeConnection;
    final Execute query;
    final Execute streamQuery;
    final Fetch fetch;
    final Cancel cancelQuery;
    final Release destroyResult;
    final PointerOf resultError;
    final PointerOf resultBuffer;
    final NumberOf resultLength;
    final NumberOf rowsRead;
    final NumberOf bytesRead;
    final NumberOf rowsWritten;
    final NumberOf bytesWritten;
    final Execute insert;
    final Append append;
    final PointerOf finishInsert;
    final Release cancelInsert;
    final PointerOf insertError;
    final Release destroyInsert;

    @SuppressWarnings("restricted") // binding a native library is what this class is for
    private Chdb(Path file) {
        library = SymbolLookup.libraryLookup(file, Arena.global());
        signalHandlers = bind("chdb_set_signal_handlers_enabled", FunctionDescriptor.ofVoid(JAVA_INT), Toggle.class);
        connect = bind("chdb_connect", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS), Connect.class);
        closeConnection = bind("chdb_close_conn", RELEASE, Release.class);
        query = bind("chdb_query_with_params_n", EXECUTE, Execute.class);
        streamQuery = bind("chdb_stream_query_with_params_n", EXECUTE, Execute.class);
        fetch = bind("chdb_stream_fetch_result", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS), Fetch.class);
        cancelQuery = bind("chdb_stream_cancel_query", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), Cancel.class);
        destroyResult = bind("chdb_destroy_query_result", RELEASE, Release.class);
        resultError = bind("chdb_result_error", POINTER_OF, PointerOf.class);
        resultBuffer = bind("chdb_result_buffer", POINTER_OF, PointerOf.class);
        resultLength = bind("chdb_result_length", NUMBER_OF, NumberOf.class);
        rowsRead = bind("chdb_result_storage_rows_read", NUMBER_OF, NumberOf.class);
        bytesRead = bind("chdb_result_storage_bytes_read", NUMBER_OF, NumberOf.class);
        rowsWritten = bind("chdb_result_rows_written", NUMBER_OF, NumberOf.class);
        bytesWritten = bind("chdb_result_bytes_written", NUMBER_OF, NumberOf.class);
        insert = bind("chdb_stream_insert_with_params_n", EXECUTE, Execute.class);
        append = bind("chdb_stream_append", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG), Append.class);
        finishInsert = bind("chdb_stream_done", POINTER_OF, PointerOf.class);
        cancelInsert = bind("chdb_stream_cancel_insert", RELEASE, Release.class);
        insertError = bind("chdb_stream_insert_error", POINTER_OF, PointerOf.class);
        destroyInsert = bind("chdb_destroy_insert_stream", RELEASE, Release.class);
    }

    /**
     * Loads the library with the JVM's signal handlers left in place.
     *
     * @throws IllegalArgumentException when the file is no library for this machine
     */
    public static Chdb load(Path file) {
        SignalDispositions before = SignalDispositions.current();
        Chdb chdb = new Chdb(file);
        // Before the first connect, or the engine takes over SIGSEGV, with which HotSpot finds null pointers and the
        // ends of stacks: the first StackOverflowError would then hang the process.
        chdb.signalHandlers.call(0);
        before.restore();
        return chdb;
    }

    @SuppressWarnings("restricted") // see the constructor
    private <T> T bind(String function, FunctionDescriptor signature, Class<T> shape) {
        MemorySegment address = library.findOrThrow(function);
        return MethodHandleProxies.asInterfaceInstance(
                shape, Linker.nativeLinker().downcallHandle(address, signature));
    }

    /** The text behind a C string, null for NULL. */
    @SuppressWarnings("restricted") // the length of a C string is known only by reading it
    static @Nullable String text(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? null
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }
}

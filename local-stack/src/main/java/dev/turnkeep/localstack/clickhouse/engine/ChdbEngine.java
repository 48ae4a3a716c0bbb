package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The engine on one data folder. A process can open one only, and two processes cannot share a folder: the engine locks
 * it. Keeps some connections open in advance, because the first statement of each takes milliseconds.
 */
public final class ChdbEngine implements AutoCloseable {

    private static final int READY = 4;

    private final Chdb chdb;
    private final List<String> arguments;
    private final ChdbConnection keeper;
    private final BlockingQueue<ChdbConnection> ready = new ArrayBlockingQueue<>(READY);
    private final Thread opener;
    private volatile boolean closed;

    private ChdbEngine(Chdb chdb, List<String> arguments) {
        this.chdb = chdb;
        this.arguments = arguments;
        this.keeper = connect();
        this.opener = new Thread(this::openAhead, "connections");
        opener.setDaemon(true);
    }

    /**
     * @param configuration the engine's XML configuration; without one it would read files of the working folder and of
     *     the user's home
     * @throws IllegalStateException when the engine does not open: most often another process holds the folder
     */
    public static ChdbEngine open(Chdb chdb, Path data, Path configuration) {
        SignalDispositions before = SignalDispositions.current();
        ChdbEngine engine =
                new ChdbEngine(chdb, List.of("clickhouse", "--path=" + data, "--config-file=" + configuration));
        before.restore();
        engine.opener.start();
        return engine;
    }

    /** A connection of the caller's own, as fresh as a new one. */
    public ChdbConnection connection() {
        ChdbConnection open = ready.poll();
        return open == null ? connect() : open;
    }

    /** One value, read now. */
    public String value(String sql) {
        try (ChdbConnection connection = connection();
                ChdbResult result = connection.query(Call.of(sql))) {
            return new String(result.data().toArray(JAVA_BYTE), StandardCharsets.UTF_8).strip();
        }
    }

    /** Closing the last connection stops the engine. */
    @Override
    public void close() {
        closed = true;
        opener.interrupt();
        try {
            opener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (@Nullable ChdbConnection open = ready.poll(); open != null; open = ready.poll()) open.close();
        keeper.close();
    }

    private void openAhead() {
        while (!closed) {
            ChdbConnection open = connect();
            try {
                ready.put(open);
            } catch (InterruptedException e) {
                open.close();
                return;
            }
        }
    }

    private ChdbConnection connect() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argv = arena.allocate(ADDRESS, arguments.size());
            for (int i = 0; i < arguments.size(); i++)
                argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
            MemorySegment pointer = chdb.connect.call(arguments.size(), argv);
            if (pointer.equals(MemorySegment.NULL))
                throw new IllegalStateException("the engine does not open: does another process use " + arguments.get(1)
                        + "? Its own words are in the lines above");
            ChdbConnection connection = new ChdbConnection(chdb, pointer);
            // A server does not guess that a lone expression is a SELECT, nor let a query look into its memory.
            // One query alone must not take all that the engine may have.
            connection.run("SET implicit_select = 0, allow_introspection_functions = 0, max_memory_usage = 1073741824");
            return connection;
        }
    }
}

package dev.turnkeep.localstack.clickhouse;

import dev.turnkeep.localstack.HeldFile;
import dev.turnkeep.localstack.clickhouse.engine.Chdb;
import dev.turnkeep.localstack.clickhouse.engine.ChdbEngine;
import dev.turnkeep.localstack.clickhouse.server.ClickHouseHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server process: {@code EmbeddedClickHouse LIBRARY FOLDER PORT MEMORY}, where the folder keeps data and
 * configuration, port 0 is any free one, and the memory is what the engine may take, in bytes. Prints one line when it
 * serves. SIGTERM ends it cleanly; SIGKILL loses nothing that was acknowledged.
 */
public final class EmbeddedClickHouse {

    private EmbeddedClickHouse() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) throw new IllegalArgumentException("LIBRARY FOLDER PORT MEMORY");
        Path folder = Path.of(arguments[1]).toAbsolutePath();
        // Before anything of the folder is touched; the engine's own lock comes later, and the kernel lets go of this
        // one
        // when the process has ended, however it ends.
        Files.createDirectories(folder);
        HeldFile lock = HeldFile.tryHold(folder.resolve("server.lock"))
                .orElseThrow(() -> new IllegalStateException("does another process use " + folder + "? It is locked"));
        Path temporary = emptied(folder.resolve("tmp"));
        Path configuration = folder.resolve("config.xml");
        Files.writeString(configuration, configuration(Long.parseLong(arguments[3]), temporary));
        Path data = Files.createDirectories(folder.resolve("data"));
        ChdbEngine engine = ChdbEngine.open(Chdb.load(Path.of(arguments[0])), data, configuration);
        ClickHouseHttp server = ClickHouseHttp.start(
                engine, Integer.parseInt(arguments[2]), temporary, new ClickHouseHttp.Login("default", ""));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server, lock), "shutdown"));
        System.out.println("ClickHouse " + server.version() + " serves on http://127.0.0.1:" + server.port());
    }

    private static void close(ClickHouseHttp server, HeldFile lock) {
        try {
            server.close();
            lock.close();
            System.out.println("ClickHouse has ended");
        } catch (IOException e) {
            System.err.println("not closed cleanly: " + e.getMessage());
        }
    }

    /** A killed process leaves results behind, and what the compression libraries unpacked. */
    private static Path emptied(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (var files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
            for (Path file : files) Files.delete(file);
        }
        return folder;
    }

    /** A server's defaults are made for large machines: threads and caches here are for a laptop that runs more. */
    private static String configuration(long memory, Path temporary) {
        return """
                <clickhouse>
                    <timezone>UTC</timezone>
                    <tmp_path>%s/</tmp_path>
                    <max_server_memory_usage>%d</max_server_memory_usage>
                    <mark_cache_size>67108864</mark_cache_size>
                    <background_pool_size>2</background_pool_size>
                    <background_move_pool_size>1</background_move_pool_size>
                    <background_fetches_pool_size>1</background_fetches_pool_size>
                    <background_common_pool_size>2</background_common_pool_size>
                    <background_schedule_pool_size>4</background_schedule_pool_size>
                    <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
                    <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
                    <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
                </clickhouse>
                """.formatted(temporary.resolve("engine"), memory);
    }
}

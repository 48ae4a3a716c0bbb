package dev.turnkeep.localstack.postgres;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Commands.Outcome;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.Program;
import dev.turnkeep.localstack.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Postgres server as durable as a real one, and ready for logical replication. Loopback only, and everyone there may
 * log in: it is for one developer's machine.
 */
public final class PostgresServer implements Program<PostgresAddress> {

    private static final String USER = "turnkeep";
    // The server asks for none; some clients refuse to go without.
    private static final String PASSWORD = "turnkeep";

    private final int port;
    private final Unprivileged unprivileged = Unprivileged.detect();

    public PostgresServer(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public PostgresAddress address() {
        return new PostgresAddress("127.0.0.1", port, "postgres", USER, PASSWORD);
    }

    @Override
    public List<Integer> ports() {
        return List.of(port);
    }

    /** A cluster is made beside its place and moved there whole: a crash half way leaves no half cluster behind. */
    @Override
    public void prepare(Path folder) throws IOException {
        Path cluster = folder.resolve("cluster");
        if (Files.exists(cluster)) {
            PostmasterLock.release(cluster);
            return;
        }
        Path fresh = folder.resolve("cluster-" + ProcessHandle.current().pid());
        Folders.delete(fresh);
        unprivileged.own(folder);
        List<String> command = new ArrayList<>(unprivileged.prefix());
        command.add(PostgresBinaries.unpacked().resolve("bin/initdb").toString());
        command.addAll(List.of("--pgdata=" + fresh, "--username=" + USER, "--auth=trust", "--encoding=UTF8"));
        command.addAll(List.of("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"));
        Outcome outcome = Commands.run(command);
        if (!outcome.succeeded()) throw new EngineException("initdb failed:\n" + outcome.output());
        Files.move(fresh, cluster);
    }

    @Override
    public List<String> command(Path folder) {
        List<String> command = new ArrayList<>(unprivileged.prefix());
        command.add(PostgresBinaries.unpacked().resolve("bin/postgres").toString());
        command.addAll(List.of("-D", folder.resolve("cluster").toString(), "-p", Integer.toString(port)));
        settings().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return command;
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        // Unix sockets have a path limit that a deep checkout exceeds.
        settings.put("unix_socket_directories", "");
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        settings.put("wal_level", "logical");
        settings.put("max_wal_senders", "20");
        settings.put("max_replication_slots", "20");
        // A slot that nobody reads must not fill the disk; its stream is made anew then.
        settings.put("max_slot_wal_keep_size", "8GB");
        settings.put("max_connections", "200");
        settings.put("shared_buffers", "128MB");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("log_line_prefix", "%m [%p] %d ");
        return settings;
    }

    /** Fast shutdown: open sessions are ended, where SIGTERM would wait for their clients to leave. */
    @Override
    public Signal shutdown() {
        return Signal.INT;
    }

    @Override
    public void ping(PostgresAddress address) throws SQLException {
        new PostgresPing().ping(address);
    }
}

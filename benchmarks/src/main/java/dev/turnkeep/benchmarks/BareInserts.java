package dev.turnkeep.benchmarks;

import dev.turnkeep.localstack.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows that session-service stored, inserted once more into an empty database of the same schema: in the same
 * transactions and the same order, partitions side by side, by its role, but with nothing looked up, locked or decided.
 */
final class BareInserts {
    // Those columns of a session that every turn moves.
    private static final String EXTEND = """
            (id) DO UPDATE SET last_event_at = excluded.last_event_at, last_received_at = excluded.last_received_at,
            turn_count = excluded.turn_count, input_tokens = excluded.input_tokens,
            output_tokens = excluded.output_tokens, cache_read_tokens = excluded.cache_read_tokens,
            tool_calls = excluded.tool_calls, unpriced_turns = excluded.unpriced_turns,
            version = excluded.version, updated_at = excluded.updated_at""";

    private static final String SKIP = "DO NOTHING";

    private final PostgresAddress database;

    private BareInserts(PostgresAddress database) {
        this.database = database;
    }

    /** An empty database beside the services', with their schema and their tenants. */
    static BareInserts into(PostgresAddress services, Path migrations) throws SQLException, IOException {
        PostgresAddress database = services.withDatabase("limit");
        try (Connection source = services.connect();
                Statement create = source.createStatement()) {
            create.execute("CREATE DATABASE \"limit\"");
            // A whole file as one simple query: its parts are Postgres' to find, not the driver's.
            try (Connection target =
                            DriverManager.getConnection(database.jdbcUrlWithLogin() + "&preferQueryMode=simple");
                    Statement migrate = target.createStatement();
                    Stream<Path> files = Files.list(migrations)) {
                for (Path file : files.sorted().toList()) {
                    migrate.execute(Files.readString(file));
                }
                for (String table : List.of("orgs", "environments")) {
                    Rows.read(source, table, "true").insert(target, SKIP);
                }
            }
        }
        return new BareInserts(database);
    }

    /** One transaction of the service's. */
    record Batch(Rows sessions, Rows turns, Rows nodes, Rows blobs) {}

    /**
     * What the service stored since, by partition and in its order. Its transactions are told apart by the time that all
     * of their rows carry.
     *
     * @param since a time of Postgres
     */
    static List<List<Batch>> stored(PostgresAddress services, String since) throws SQLException {
        try (Connection source = services.connect()) {
            String recent = "created_at > '" + since + "'";
            Rows turns = Rows.read(source, "turns", recent);
            Rows sessions = Rows.read(source, "sessions", "id IN (SELECT session_id FROM turns WHERE " + recent + ")");
            Map<Object, Rows> nodes = Rows.read(source, "nodes", recent).by("created_at");
            Map<Object, Rows> blobs = Rows.read(source, "blobs", recent).by("created_at");
            Map<Object, Rows> sessionById = sessions.by("id");
            List<List<Batch>> partitions = new ArrayList<>();
            for (Rows partition : turns.by("kafka_partition").values()) {
                List<Batch> batches = new ArrayList<>();
                new TreeMap<>(partition.by("created_at")).forEach((time, batch) -> {
                    List<Object[]> touched = batch.by("session_id").keySet().stream()
                            .sorted()
                            .flatMap(id -> rows(sessionById, id).stream())
                            .toList();
                    batches.add(new Batch(
                            new Rows("sessions", sessions.columns(), touched),
                            batch,
                            new Rows("nodes", columns(nodes), rows(nodes, time)),
                            new Rows("blobs", columns(blobs), rows(blobs, time))));
                });
                partitions.add(batches);
            }
            return partitions;
        }
    }

    private static List<Object[]> rows(Map<Object, Rows> groups, Object key) {
        Rows group = groups.get(key);
        return group == null ? List.of() : group.rows();
    }

    private static List<Rows.Column> columns(Map<Object, Rows> groups) {
        return groups.values().stream().map(Rows::columns).findAny().orElse(List.of());
    }

    /** Returns when all is committed; answers how many turns that were. */
    int insert(List<List<Batch>> partitions) throws InterruptedException, ExecutionException {
        List<Future<Integer>> running;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            running = partitions.stream()
                    .map(partition -> threads.submit(() -> insertAll(partition)))
                    .collect(Collectors.toList());
        }
        int turns = 0;
        for (Future<Integer> each : running) {
            turns += each.get();
        }
        return turns;
    }

    private int insertAll(List<Batch> batches) throws SQLException {
        int turns = 0;
        try (Connection connection = database.connect();
                Statement role = connection.createStatement()) {
            role.execute("SET ROLE turnkeep_consumer");
            connection.setAutoCommit(false);
            for (Batch batch : batches) {
                batch.sessions().insert(connection, EXTEND);
                batch.turns().insert(connection, SKIP);
                batch.nodes().insert(connection, SKIP);
                batch.blobs().insert(connection, SKIP);
                connection.commit();
                turns += batch.turns().rows().size();
            }
        }
        return turns;
    }
}

package dev.turnkeep.replication.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.data.ClickHouseFormat;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * A client of one database. It tries once and says in its exceptions whether trying again makes sense: how long and how often
 * is the caller's decision.
 */
public final class ClickHouse implements AutoCloseable {
    private static final int CONNECTIONS = 8;

    private final Client client;
    private final String database;
    private final long patience;

    public ClickHouse(ClickHouseConfig config) {
        database = config.database();
        patience = Math.max(1, config.answerTimeout().toSeconds() * 4 / 5);
        Client.Builder builder = new Client.Builder()
                .addEndpoint(config.url())
                .setUsername(config.user())
                .setPassword(config.password().orElse(""))
                .setDefaultDatabase("default")
                .setConnectTimeout(config.connectTimeout().toMillis(), ChronoUnit.MILLIS)
                .setSocketTimeout(config.answerTimeout().toMillis(), ChronoUnit.MILLIS)
                .setMaxConnections(CONNECTIONS)
                .setMaxRetries(0)
                .compressClientRequest(true)
                // The user's wish for asynchronous inserts, set on a server, would acknowledge what is not stored.
                .serverSetting("async_insert", "0")
                // A backlog's batch may touch many months, and each is a partition.
                .serverSetting("max_partitions_per_insert_block", "0")
                .setClientName("turnkeep-replication");
        if (config.replicated()) onManyServers(builder);
        client = builder.build();
    }

    private static void onManyServers(Client.Builder builder) {
        // One replica's word would be lost with it.
        builder.serverSetting("insert_quorum", "auto");
        // A database of the engine Replicated refuses a path that a table states, and a copy states the first one's.
        // Ours have the table's own id in them.
        builder.serverSetting("database_replicated_allow_replicated_engine_arguments", "1");
        // A replica that is away catches up by itself; statements of the schema would wait for it in vain.
        builder.serverSetting("distributed_ddl_output_mode", "throw_only_active");
    }

    public String database() {
        return database;
    }

    /** A clause for what may read much: the server gives it up before the caller does, so that nothing runs on for nobody. */
    public String bounded() {
        return "SETTINGS max_execution_time = " + patience;
    }

    /** {@code database.table}, quoted. */
    public String qualified(String table) {
        return quoted(database) + "." + quoted(table);
    }

    private static String quoted(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }

    /** Runs a statement without a result. */
    public void execute(String sql) {
        attempt(() -> await(client.execute(sql)).close());
    }

    /** The rows of a query whose result is small. */
    public List<GenericRecord> rows(String sql) {
        try {
            return client.queryAll(sql);
        } catch (RuntimeException e) {
            throw fault(e);
        }
    }

    /**
     * Inserts rows; when it returns, ClickHouse has them.
     *
     * @param rows in RowBinary, one after the other, each with exactly {@code columns}
     * @throws ClickHouseAway when they may or may not be stored
     * @throws ClickHouseRefusal when they were refused
     */
    public void insert(String table, List<String> columns, List<byte[]> rows) {
        attempt(() -> await(client.insert(
                        qualified(table),
                        columns,
                        out -> {
                            for (byte[] row : rows) out.write(row);
                            out.flush();
                        },
                        ClickHouseFormat.RowBinary,
                        new InsertSettings()))
                .close());
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseAway("interrupted", e);
        } catch (Exception e) {
            throw fault(e);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) throw cause;
            throw e;
        }
    }

    private static RuntimeException fault(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClickHouseAway || cause instanceof ClickHouseRefusal) return (RuntimeException) cause;
            if (cause instanceof ServerException server && server.getCode() > 0)
                return ClickHouseRefusal.passing(server.getCode())
                        ? new ClickHouseAway(
                                "ClickHouse cannot work: code " + server.getCode(), server.getCode(), failure)
                        : new ClickHouseRefusal(server.getCode(), String.valueOf(server.getMessage()), failure);
        }
        return new ClickHouseAway("ClickHouse does not answer: " + root(failure), failure);
    }

    /** What it is, and nothing that it says: that may quote a row. */
    private static String root(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) root = cause;
        return root.getClass().getSimpleName();
    }

    @Override
    public void close() {
        client.close();
    }
}

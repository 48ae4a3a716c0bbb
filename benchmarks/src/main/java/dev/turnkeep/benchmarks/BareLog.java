package dev.turnkeep.benchmarks;

import dev.turnkeep.localstack.PostgresAddress;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/** A slot of one's own beside the service's, whose messages are read and thrown away. */
final class BareLog implements AutoCloseable {
    private static final String SLOT = "bench_bare";
    private static final byte INSERT = 'I';

    private final PostgresAddress database;

    private BareLog(PostgresAddress database) {
        this.database = database;
    }

    /** What commits from now on will be read. */
    static BareLog begin(PostgresAddress database) throws SQLException {
        execute(database, "SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
        return new BareLog(database);
    }

    /** Reads until so many rows of {@code turns} have come; answers in how many seconds, from the first message on. */
    double read(int turns) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", database.user());
        login.setProperty("password", database.password());
        login.setProperty("replication", "database");
        login.setProperty("preferQueryMode", "simple");
        login.setProperty("assumeMinServerVersion", "17");
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), login)) {
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(SLOT)
                    .withSlotOption("proto_version", 2)
                    .withSlotOption("publication_names", "turnkeep_clickhouse_v1")
                    .withSlotOption("binary", true)
                    .withStatusInterval(1, TimeUnit.SECONDS)
                    .start();
            // A tenth of the rows are sessions.
            int rows = turns + turns / 10;
            long begun = 0;
            while (rows > 0) {
                ByteBuffer message = Objects.requireNonNull(stream.read());
                if (begun == 0) {
                    begun = System.nanoTime();
                }
                if (message.get(message.position()) == INSERT) {
                    rows--;
                }
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            // Its own close would wait for the server to stop sending.
            connection.abort(Runnable::run);
            return seconds;
        }
    }

    @Override
    public void close() throws SQLException {
        execute(database, """
                DO $$ BEGIN
                    WHILE EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%1$s' AND active) LOOP
                        PERFORM pg_sleep(0.05);
                    END LOOP;
                    PERFORM pg_drop_replication_slot('%1$s');
                END $$
                """.formatted(SLOT));
    }

    private static void execute(PostgresAddress database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

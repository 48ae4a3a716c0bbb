package dev.turnkeep.replication.stream;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.Engine;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.Sources;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a server of its own, whose commits can be held between the log and everybody's eyes. */
class SettledIT {
    @Test
    void waitsForATransactionThatIsInTheLogAndNotSeenYet(@TempDir Path data) throws SQLException {
        try (LocalStack stack = LocalStack.of(data, Sources.packages())) {
            // Given: a standby that never confirms
            Engine<PostgresAddress> postgres = stack.postgres();
            postgres.start();
            execute(postgres, "CREATE TABLE t (n int)");
            execute(postgres, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
            execute(postgres, "SELECT pg_reload_conf()");
            try (Connection looking = postgres.address().connect();
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                CompletableFuture<Void> commit =
                        CompletableFuture.runAsync(() -> execute(postgres, "INSERT INTO t VALUES (1)"), threads);
                until("it waits for the standby", () -> one(
                                looking, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                        .equals("1"));
                assertThat(one(looking, "SELECT count(*) FROM t")).isEqualTo("0");

                // When
                CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> settled(looking), threads);

                // Then
                until("it has looked often", () -> looks(postgres) > 0 || seen.isDone());
                assertThat(commit).isNotDone();
                assertThat(seen).isNotDone();
                execute(postgres, "ALTER SYSTEM RESET synchronous_standby_names");
                execute(postgres, "SELECT pg_reload_conf()");
                assertThat(seen.join()).isEqualTo("1");
                commit.join();
            }
        }
    }

    private static String settled(Connection connection) {
        try {
            Settled.await(connection);
            return one(connection, "SELECT count(*) FROM t");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static long looks(Engine<PostgresAddress> postgres) {
        try (Connection connection = postgres.address().connect()) {
            return Long.parseLong(one(connection, """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE query LIKE '%pg_snapshot_xmin%' AND pid <> pg_backend_pid() AND clock_timestamp() - query_start < interval '1 s'
                    """));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String one(Connection connection, String sql) {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(Engine<PostgresAddress> postgres, String sql) {
        try (Connection connection = postgres.address().connect();
                var statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = " + (sql.startsWith("INSERT") ? "on" : "local"));
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.Call;
import dev.turnkeep.localstack.clickhouse.engine.ChdbConnection;
import dev.turnkeep.localstack.clickhouse.engine.ChdbEngine;
import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.sql.Statement;
import dev.turnkeep.localstack.clickhouse.sql.StatementParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The statements that run, by their callers' ids. The lock of this object guards them. */
final class Running {

    private final ChdbEngine engine;
    private final Set<String> ids = new HashSet<>();

    Running(ChdbEngine engine) {
        this.engine = engine;
    }

    /** The run of one statement. */
    final class Run implements AutoCloseable {
        private final String id;

        private Run(String id) {
            this.id = id;
        }

        String id() {
            return id;
        }

        @Override
        public void close() {
            synchronized (Running.this) {
                ids.remove(id);
                Running.this.notifyAll();
            }
        }
    }

    synchronized Run begin(String id) {
        if (!ids.add(id))
            throw ClickHouseException.of(
                    ClickHouseException.QUERY_ID_IN_USE,
                    "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
                    "Query with id = " + id + " is already running");
        return new Run(id);
    }

    /** Tells the engine to end it; no-op when it does not run (yet, or any more). */
    void cancel(String id) {
        kill("query_id = " + Quoted.literal(id));
    }

    /** Tells the engine to end all, and waits for them. */
    boolean cancelAll(Duration patience) {
        // Not itself.
        kill("query NOT LIKE 'KILL QUERY%'");
        synchronized (this) {
            return await(Set.copyOf(ids), patience);
        }
    }

    /** True when none of them runs any more. */
    synchronized boolean await(Collection<String> gone, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (gone.stream().anyMatch(ids::contains)) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) return false;
                wait(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void kill(String condition) {
        byte[] sql = ("KILL QUERY WHERE " + condition + " ASYNC").getBytes(StandardCharsets.UTF_8);
        if (!(StatementParser.parse(sql) instanceof Statement.Kill kill)) throw new AssertionError("a KILL");
        try (ChdbConnection connection = engine.connection()) {
            connection.query(Call.of(kill.sql())).close();
        }
    }
}

package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.ChdbConnection;

/** The use of a connection for one statement, prepared as its request asks. */
record Lease(ChdbConnection connection, Runnable end) implements AutoCloseable {

    @Override
    public void close() {
        end.run();
    }
}

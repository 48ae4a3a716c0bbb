package dev.turnkeep.replication.table;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One connection, opened when it is needed and again after a failure. Safe for several threads, one at a time. */
public final class PostgresLink implements AutoCloseable {
    private final Source source;
    private @Nullable Connection open;

    /** Opens a connection that may read every tenant's rows and write the quarantine. */
    @FunctionalInterface
    public interface Source {
        Connection open() throws SQLException;
    }

    interface Work<T> {
        T on(Connection connection) throws Exception;
    }

    public PostgresLink(Source source) {
        this.source = source;
    }

    /**
     * Runs work outside of a transaction.
     *
     * @throws Retry.Again when it fails, for whatever reason
     */
    synchronized <T> T with(Work<T> work) {
        try {
            Connection connection = open;
            if (connection == null) open = connection = source.open();
            return work.on(connection);
        } catch (Exception e) {
            close();
            // Not its words: they can quote a row.
            String why = e instanceof SQLException sql
                    ? "SQLSTATE " + sql.getSQLState()
                    : e.getClass().getSimpleName();
            throw new Retry.Again("Postgres: " + why, e);
        }
    }

    @Override
    public synchronized void close() {
        Connection connection = open;
        open = null;
        try {
            if (connection != null) connection.close();
        } catch (SQLException e) {
            // It was broken already.
        }
    }
}

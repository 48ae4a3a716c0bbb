package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.StoppedException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** One connection, opened when it is needed and again after a failure. Safe for several threads, one at a time. */
public final class PostgresLink implements AutoCloseable {
    // Syntax errors and access rule violations: a table, a column or a right is missing.
    private static final String STATEMENT_AT_FAULT = "42";

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
     * @throws StoppedException when Postgres refuses it for what it is: another try would be refused, too
     * @throws Retry.Again when it fails for another reason
     */
    synchronized <T> T with(Work<T> work) {
        try {
            Connection connection = open;
            // Work that breaks a copy off gives its connection up.
            if (connection == null || connection.isClosed()) open = connection = source.open();
            return work.on(connection);
        } catch (StoppedException e) {
            throw e;
        } catch (Exception e) {
            close();
            if (e instanceof InterruptedException) Thread.currentThread().interrupt();
            @Nullable SQLException sql = sql(e);
            if (sql != null && String.valueOf(sql.getSQLState()).startsWith(STATEMENT_AT_FAULT))
                throw new StoppedException(refusal(sql));
            // Not its words: they can quote a row.
            String why = sql == null ? e.getClass().getSimpleName() : "SQLSTATE " + sql.getSQLState();
            throw new Retry.Again("Postgres: " + why, e);
        }
    }

    /** Of a COPY it comes as the cause of another one. */
    private static @Nullable SQLException sql(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql) return sql;
        return null;
    }

    /** Names of tables, columns and roles: never a row's words. */
    private static String refusal(SQLException sql) {
        String words = sql instanceof PSQLException server && server.getServerErrorMessage() != null
                ? server.getServerErrorMessage().getMessage()
                : "";
        return "Postgres refuses: %s (SQLSTATE %s); mend it, or, if it was changed on purpose: POST /resnapshot"
                .formatted(words, sql.getSQLState());
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

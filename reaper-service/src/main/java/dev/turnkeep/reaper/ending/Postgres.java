package dev.turnkeep.reaper.ending;

import static dev.turnkeep.platform.postgres.Await.await;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Postgres as the reaper's role. */
public final class Postgres {
    private final Pool pool;

    public Postgres(Pool pool) {
        this.pool = pool;
    }

    /** Statements of one connection. */
    public record Work(SqlConnection connection) {
        public List<Row> rows(String sql, @Nullable Object... parameters) {
            return await(connection.preparedQuery(sql).execute(Tuple.from(parameters))).stream()
                    .toList();
        }

        /** How many rows a statement wrote. */
        public int count(String sql, @Nullable Object... parameters) {
            return await(connection.preparedQuery(sql).execute(Tuple.from(parameters)))
                    .rowCount();
        }
    }

    /** Runs work in one transaction, which commits when the work returns and rolls back when it throws. */
    public <T> T transaction(Function<Work, T> work) {
        SqlConnection connection = await(pool.getConnection());
        try {
            Transaction transaction = await(connection.begin());
            T result;
            try {
                result = work.apply(new Work(connection));
            } catch (RuntimeException e) {
                rollback(transaction, e);
                throw e;
            }
            await(transaction.commit());
            return result;
        } finally {
            connection.close();
        }
    }

    /** One statement of its own. */
    public List<Row> rows(String sql, @Nullable Object... parameters) {
        return await(pool.preparedQuery(sql).execute(Tuple.from(parameters))).stream()
                .toList();
    }

    /** One statement of its own; answers how many rows it wrote. */
    public int count(String sql, @Nullable Object... parameters) {
        return await(pool.preparedQuery(sql).execute(Tuple.from(parameters))).rowCount();
    }

    private static void rollback(Transaction transaction, RuntimeException cause) {
        try {
            await(transaction.rollback());
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}

package dev.turnkeep.reaper.ending;

import static dev.turnkeep.platform.postgres.Await.await;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Postgres as the reaper's role. */
public final class Postgres {
    private final Pool pool;
    private final Duration patience;

    /**
     * @param patience how long an answer is waited for: longer than a statement may take, so that only a server that says
     *     nothing at all is given up
     */
    public Postgres(Pool pool, Duration patience) {
        this.pool = pool;
        this.patience = patience;
    }

    /** Statements of one connection. */
    public record Work(SqlConnection connection, Duration patience) {
        public List<Row> rows(String sql, @Nullable Object... parameters) {
            return await(connection.preparedQuery(sql).execute(Tuple.from(parameters)), patience).stream()
                    .toList();
        }

        /** How many rows a statement wrote. */
        public int count(String sql, @Nullable Object... parameters) {
            return await(connection.preparedQuery(sql).execute(Tuple.from(parameters)), patience)
                    .rowCount();
        }
    }

    /**
     * Runs work in one transaction, which commits when the work returns and rolls back when it throws. The connection goes
     * back to the pool with the server's last answer, not before.
     */
    public <T> T transaction(Function<Work, T> work) {
        SqlConnection connection = await(pool.getConnection(), patience);
        Future<Transaction> beginning = connection.begin();
        Transaction transaction;
        try {
            transaction = await(beginning, patience);
        } catch (RuntimeException e) {
            beginning.onComplete(answered -> connection.close());
            throw e;
        }
        T result;
        try {
            result = work.apply(new Work(connection, patience));
        } catch (RuntimeException e) {
            finish(transaction.rollback(), connection, e);
            throw e;
        }
        Future<Void> committing = transaction.commit();
        committing.onComplete(answered -> connection.close());
        await(committing, patience);
        return result;
    }

    private void finish(Future<Void> rollback, SqlConnection connection, RuntimeException cause) {
        rollback.onComplete(answered -> connection.close());
        try {
            // Until then its rows stay locked, and the next try would pass over them.
            await(rollback, patience);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /** One statement of its own. */
    public List<Row> rows(String sql, @Nullable Object... parameters) {
        return await(pool.preparedQuery(sql).execute(Tuple.from(parameters)), patience).stream()
                .toList();
    }

    /** One statement of its own; answers how many rows it wrote. */
    public int count(String sql, @Nullable Object... parameters) {
        return await(pool.preparedQuery(sql).execute(Tuple.from(parameters)), patience)
                .rowCount();
    }
}

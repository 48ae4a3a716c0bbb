package dev.turnkeep.session.store;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.postgres.Await;
import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.platform.trace.LoggedTrace;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Postgres for the API. A tenant's work runs in a transaction that names its organisation, so that row-level security
 * shows nothing else even to a statement that forgets its filter.
 */
@Singleton
public class Database {
    private static final int ADMINISTRATION = 2;
    private static final int TRIES = 4;
    /** Serialization failure and deadlock: nothing was done, and the next try may succeed. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
    /** A lock, or an end, that did not come in time. */
    private static final Set<String> BUSY = Set.of("55P03", "57014");

    private final Pool api;
    private final Pool admin;

    Database(PostgresPools pools, ApiConfig config) {
        this.api = pools.pool("turnkeep_api", config.connections());
        this.admin = pools.pool("turnkeep_admin", ADMINISTRATION);
    }

    /** Statements of one transaction. */
    public interface Work {
        List<Row> rows(Statement statement);

        /** The first row, or nothing. */
        default Optional<Row> row(Statement statement) {
            return rows(statement).stream().findFirst();
        }
    }

    /** Runs work as a member of one organisation. */
    public <T> T inOrg(OrgId org, Function<Work, T> work) {
        return transaction(api, connection -> {
            connection
                    .preparedQuery("SELECT set_config('app.org_id', $1, true), set_config('app.traceparent', $2, true)")
                    .execute(Tuple.of(org.toString(), LoggedTrace.handedOn().orElse("")));
            return work.apply(statement -> await(statement.on(connection)));
        });
    }

    /** Runs work as the operator. */
    public <T> T asOperator(Function<Work, T> work) {
        return transaction(admin, connection -> work.apply(statement -> await(statement.on(connection))));
    }

    /** Work that met others is begun again: it is run from its beginning, so it keeps nothing outside. */
    private static <T> T transaction(Pool pool, Function<SqlConnection, T> work) {
        for (int i = 1; i < TRIES; i++) {
            try {
                return once(pool, work);
            } catch (PgException e) {
                if (!CONFLICTS.contains(state(e))) {
                    throw e;
                }
            }
        }
        try {
            return once(pool, work);
        } catch (PgException e) {
            throw CONFLICTS.contains(state(e)) ? busy() : e;
        }
    }

    private static <T> T once(Pool pool, Function<SqlConnection, T> work) {
        try {
            SqlConnection connection = await(pool.getConnection());
            try {
                Transaction transaction = await(connection.begin());
                T result;
                try {
                    result = work.apply(connection);
                } catch (RuntimeException e) {
                    transaction.rollback();
                    throw e;
                }
                await(transaction.commit());
                return result;
            } finally {
                connection.close();
            }
        } catch (PgException e) {
            if (BUSY.contains(state(e))) {
                throw busy();
            }
            throw away(e) ? unavailable() : e;
        } catch (Await.Unreachable | VertxException e) {
            // Waiting in vain for a connection is told by a bare Throwable.
            throw unavailable();
        }
    }

    /** Connection, resource, operator's shutdown, read-only: it passes by itself. */
    private static boolean away(PgException e) {
        String state = state(e);
        return state.startsWith("08") || state.startsWith("53") || state.startsWith("57P") || state.equals("25006");
    }

    private static String state(PgException e) {
        return e.getSqlState() == null ? "" : e.getSqlState();
    }

    private static RetryLater busy() {
        return RetryLater.unavailable("what this needs is held by others for too long");
    }

    private static RetryLater unavailable() {
        return RetryLater.unavailable("Postgres does not answer");
    }
}

package dev.turnkeep.session.channel.log;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One transaction's use of a connection, which may come after the transaction has given up. State: guarded by this; but for
 * the connection's coming, for one thread.
 */
final class Use {
    private final Connections connections;
    private @Nullable SqlConnection connection;
    private boolean answers;
    private boolean over;

    Use(Connections connections) {
        this.connections = connections;
    }

    Future<SqlConnection> begin() {
        return connections
                .take()
                .compose(taken -> began(taken)
                        ? Future.succeededFuture(taken)
                        : Future.failedFuture("nobody waits for it any more"));
    }

    /** Nothing is sent for somebody who has left: it would hold rows that nobody lets go. */
    private synchronized boolean began(SqlConnection taken) {
        if (over) {
            connections.giveBack(taken);
            return false;
        }
        connection = taken;
        return true;
    }

    synchronized SqlConnection connection() {
        return Objects.requireNonNull(connection);
    }

    /** Postgres has confirmed the end of the transaction. */
    synchronized void done() {
        answers = true;
    }

    /** Postgres has said no: it listens, and is told to take back what there is. */
    synchronized void refused() {
        if (connection != null) {
            answers = true;
            var unused = connection.query("ROLLBACK").execute();
        }
    }

    synchronized void end() {
        over = true;
        if (connection != null && answers) {
            connections.giveBack(connection);
        } else if (connection != null) {
            connections.drop(connection);
        }
    }
}

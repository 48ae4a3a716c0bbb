package dev.turnkeep.session.channel.log;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/**
 * Connections for appends, as many as are taken at a time. They are kept while they answer. A pool would count one that does
 * not answer, and is let go, until the network has given it up: too long for a failover.
 *
 * <p>State: the connections that rest here, and those that are open. Safe for any number of threads.
 */
final class Connections {
    private final Supplier<Future<SqlConnection>> connect;
    private final Deque<SqlConnection> resting = new ConcurrentLinkedDeque<>();
    private final Set<SqlConnection> open = ConcurrentHashMap.newKeySet();

    Connections(Supplier<Future<SqlConnection>> connect) {
        this.connect = connect;
    }

    /** Whoever takes one gives it back, or drops it. */
    Future<SqlConnection> take() {
        SqlConnection rested = resting.pollFirst();
        return rested == null ? connect.get().map(this::watched) : Future.succeededFuture(rested);
    }

    private SqlConnection watched(SqlConnection made) {
        open.add(made);
        made.closeHandler(_ -> forget(made));
        return made;
    }

    private void forget(SqlConnection closed) {
        open.remove(closed);
        resting.remove(closed);
    }

    /** What was sent on it, and is not answered yet, is answered before anything that its next user sends. */
    void giveBack(SqlConnection used) {
        resting.addFirst(used);
        if (!open.contains(used)) {
            resting.remove(used);
        }
    }

    /** It does not answer. */
    void drop(SqlConnection used) {
        forget(used);
        var unused = used.close();
    }

    void close() {
        for (SqlConnection rested = resting.pollFirst(); rested != null; rested = resting.pollFirst()) {
            drop(rested);
        }
    }
}

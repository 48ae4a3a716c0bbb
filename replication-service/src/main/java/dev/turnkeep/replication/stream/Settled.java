package dev.turnkeep.replication.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Waits until what the log says is committed can be seen by a query as well. A transaction is in the log first: one that
 * committed before a slot's consistent point, and so is not in its stream, could still be hidden from a restore.
 */
final class Settled {
    private static final Duration POLL = Duration.ofMillis(20);
    // A commit record that is written is followed by the commit's entry at once; what is open for longer has none.
    private static final Duration OPEN = Duration.ofSeconds(5);

    private Settled() {}

    /** Returns when no transaction that runs now has committed without being seen. */
    static void await(Connection connection) throws SQLException, InterruptedException {
        String snapshot = snapshot(connection);
        long begun = System.nanoTime();
        while (true) {
            try (PreparedStatement ask = connection.prepareStatement("""
                    SELECT count(*), count(*) FILTER (WHERE pg_xact_status(running) = 'committed')
                    FROM pg_snapshot_xip(pg_current_snapshot()) AS running
                    WHERE running IN (SELECT pg_snapshot_xip(?::pg_snapshot))
                    """)) {
                ask.setString(1, snapshot);
                try (ResultSet row = ask.executeQuery()) {
                    row.next();
                    boolean open = System.nanoTime() - begun >= OPEN.toNanos();
                    if (row.getLong(1) == 0 || (open && row.getLong(2) == 0)) {
                        return;
                    }
                }
            }
            Thread.sleep(POLL);
        }
    }

    private static String snapshot(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("SELECT pg_current_snapshot()::text");
                ResultSet row = ask.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}

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
public final class Settled {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String ALL_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > ?::xid8";

    private Settled() {}

    /**
     * Returns when every transaction that runs now has ended. Which of them have their commit in the log already, nobody can ask;
     * the making of a slot has waited for those that ran before it in the same way.
     */
    static void await(Connection connection) throws SQLException, InterruptedException {
        String mark = mark(connection);
        while (!since(connection, mark)) {
            Thread.sleep(POLL);
        }
    }

    /**
     * A moment to ask {@link #since} about. It is a number of the asker's own, and not the snapshot's end: that one leaves out
     * what began after the last that has ended.
     */
    public static String mark(Connection connection) throws SQLException {
        return one(connection, "SELECT pg_current_xact_id()::text", "");
    }

    /** Whether every transaction that ran at a marked moment has ended: all that was in the log by then can be seen. */
    public static boolean since(Connection connection, String mark) throws SQLException {
        return one(connection, ALL_ENDED, mark).equals("t");
    }

    private static String one(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(sql)) {
            if (!parameter.isEmpty()) {
                ask.setString(1, parameter);
            }
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}

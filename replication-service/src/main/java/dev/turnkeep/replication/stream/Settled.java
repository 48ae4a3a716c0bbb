package dev.turnkeep.replication.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;

/**
 * Waits until what the log says is committed can be seen by a query as well. A transaction is in the log first: one that
 * committed before a slot's consistent point, and so is not in its stream, could still be hidden from a restore.
 */
public final class Settled {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String ALL_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > ?::xid8";
    private static final String SEEN = """
            SELECT coalesce(bool_and(pg_visible_in_snapshot(
                (CASE WHEN near > now + 2147483648 THEN near - 4294967296
                      WHEN near < now - 2147483648 THEN near + 4294967296
                      ELSE near END)::text::xid8, pg_current_snapshot())), true)
            FROM (SELECT now, (now & ~4294967295) | xid AS near
                  FROM unnest(?::bigint[]) AS asked (xid),
                       (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now) AS server) AS placed
            """;

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
     * Whether what some transactions did can be seen by a query from now on. In the log they are committed.
     *
     * @param xids without their epochs: each is within 2^31 of the server's own
     */
    public static boolean seen(Connection connection, Collection<Integer> xids) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(SEEN)) {
            ask.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", xids.stream().map(Integer::toUnsignedLong).toArray()));
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /**
     * A moment to ask {@link #since} about. It is a number of the asker's own, and not the snapshot's end: that one leaves out
     * what began after the last that has ended.
     */
    static String mark(Connection connection) throws SQLException {
        return one(connection, "SELECT pg_current_xact_id()::text", "");
    }

    /** Whether every transaction that ran at a marked moment has ended: all that was in the log by then can be seen. */
    static boolean since(Connection connection, String mark) throws SQLException {
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

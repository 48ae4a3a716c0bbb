package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Publication;
import dev.turnkeep.replication.stream.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of {@code session_events}, from the slot or from the table. */
final class EventRows {
    static final String TABLE = "session_events";
    static final Publication PUBLICATION = new Publication(
            "turnkeep_events_v1",
            new TreeMap<>(java.util.Map.of(
                    TABLE,
                    List.of(
                            "id",
                            "position",
                            "org_id",
                            "environment",
                            "session_id",
                            "epoch",
                            "type",
                            "occurred_at",
                            "payload",
                            "traceparent"))),
            "insert, update");

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int FETCHED = 500;

    private EventRows() {}

    /** Takes events one by one, in their order. */
    interface Taker {
        void take(SessionCloudEvent event) throws InterruptedException;
    }

    static SessionCloudEvent of(Row row) {
        return new SessionCloudEvent(
                new EventId(row.uuid("id")),
                new OrgId(row.uuid("org_id")),
                new EnvironmentName(row.text("environment")),
                new SessionId(row.uuid("session_id")),
                row.text("type"),
                row.time("occurred_at"),
                row.text("payload"),
                row.isNull("traceparent") ? null : row.text("traceparent"));
    }

    /**
     * Reads what the table has, by position: every event of a transaction from {@code watermark} on.
     *
     * @param watermark null for all
     * @return how many
     */
    static long since(@Nullable Long watermark, PostgresServer server, Taker taker)
            throws SQLException, InterruptedException {
        try (Connection connection = server.tables("turnkeep-events-restore", PATIENCE)) {
            // Else the driver would fetch all rows at once.
            connection.setAutoCommit(false);
            try (PreparedStatement read = connection.prepareStatement("""
                    SELECT id, org_id, environment, session_id, type, occurred_at, payload::text, traceparent
                    FROM session_events WHERE xid >= ?::xid8 ORDER BY position
                    """)) {
                read.setFetchSize(FETCHED);
                read.setString(1, watermark == null ? "0" : Long.toUnsignedString(watermark));
                try (ResultSet rows = read.executeQuery()) {
                    long count = 0;
                    while (rows.next()) {
                        taker.take(of(rows));
                        count++;
                    }
                    return count;
                }
            }
        }
    }

    private static SessionCloudEvent of(ResultSet row) throws SQLException {
        return new SessionCloudEvent(
                new EventId(row.getObject(1, UUID.class)),
                new OrgId(row.getObject(2, UUID.class)),
                new EnvironmentName(row.getString(3)),
                new SessionId(row.getObject(4, UUID.class)),
                row.getString(5),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getString(7),
                row.getString(8));
    }
}

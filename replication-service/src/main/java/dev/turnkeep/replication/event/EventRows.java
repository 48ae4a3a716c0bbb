package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.replication.stream.Publication;
import dev.turnkeep.replication.stream.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    private static final int FETCHED = 50;
    private static final int ROWS = 500;
    // Characters; what follows is another page's.
    private static final long LARGE = 4L * 1024 * 1024;

    /** Materialized, or the smallest position would be looked for among all of them. Without any: behind the last. */
    static final String FIRST = """
            WITH fresh AS MATERIALIZED (SELECT position FROM session_events WHERE xid >= ?::xid8)
            SELECT coalesce(min(position) - 1, (SELECT max(position) FROM session_events), 0) FROM fresh
            """;

    private EventRows() {}

    /** An event, or why its row is none. */
    sealed interface Candidate {
        long position();

        UUID id();

        record Legible(long position, UUID id, SessionCloudEvent event) implements Candidate {}

        record Illegible(long position, UUID id, String error) implements Candidate {}
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
     * The position before the first event of transactions from {@code watermark} on; found by them, since pages in order of the
     * positions would look for it from the first row of the table.
     *
     * @param watermark null for all
     */
    static long before(Connection connection, @Nullable Long watermark) throws SQLException {
        if (watermark == null) {
            return 0;
        }
        try (PreparedStatement read = connection.prepareStatement(FIRST)) {
            read.setString(1, Long.toUnsignedString(watermark));
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * The next rows of the table, by position: events of transactions from {@code watermark} on, as many as are held in memory
     * without regret.
     *
     * @param watermark null for all
     * @param after the position of the last row before them
     * @return empty when there are no more
     */
    static List<Candidate> page(Connection connection, @Nullable Long watermark, long after) throws SQLException {
        // Else the driver would fetch all rows at once.
        connection.setAutoCommit(false);
        try (PreparedStatement read = connection.prepareStatement("""
                SELECT position, id, org_id, environment, session_id, type, occurred_at, payload::text, traceparent
                FROM session_events WHERE xid >= ?::xid8 AND position > ? ORDER BY position LIMIT ?
                """)) {
            read.setFetchSize(FETCHED);
            read.setString(1, watermark == null ? "0" : Long.toUnsignedString(watermark));
            read.setLong(2, after);
            read.setInt(3, ROWS);
            try (ResultSet rows = read.executeQuery()) {
                List<Candidate> page = new ArrayList<>();
                long size = 0;
                while (size < LARGE && rows.next()) {
                    page.add(candidate(rows));
                    size += rows.getString(8).length();
                }
                return page;
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** One row; empty when it is not there any more. */
    static Optional<Candidate> find(Connection connection, UUID id) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("""
                SELECT position, id, org_id, environment, session_id, type, occurred_at, payload::text, traceparent
                FROM session_events WHERE id = ?
                """)) {
            read.setObject(1, id);
            try (ResultSet rows = read.executeQuery()) {
                return rows.next() ? Optional.of(candidate(rows)) : Optional.empty();
            }
        }
    }

    private static Candidate candidate(ResultSet row) throws SQLException {
        long position = row.getLong(1);
        UUID id = row.getObject(2, UUID.class);
        try {
            return new Candidate.Legible(position, id, of(row, id));
        } catch (RuntimeException e) {
            return new Candidate.Illegible(position, id, String.valueOf(e.getMessage()));
        }
    }

    private static SessionCloudEvent of(ResultSet row, UUID id) throws SQLException {
        return new SessionCloudEvent(
                new EventId(id),
                new OrgId(row.getObject(3, UUID.class)),
                new EnvironmentName(row.getString(4)),
                new SessionId(row.getObject(5, UUID.class)),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getString(8),
                row.getString(9));
    }
}

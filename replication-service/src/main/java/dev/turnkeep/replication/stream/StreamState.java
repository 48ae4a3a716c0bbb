package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row of a stream in {@code replication_state}. Only the leader writes it. */
final class StreamState {
    private final Connection connection;
    private final String stream;

    StreamState(Connection connection, String stream) {
        this.connection = connection;
        this.stream = stream;
    }

    record Saved(
            String system,
            boolean restoring,
            @Nullable Lsn consistentPoint,
            @Nullable Long watermark) {}

    Optional<Saved> load() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT system_identifier, restoring, consistent_point::text, watermark::text
                FROM replication_state WHERE stream = ?
                """)) {
            ask.setString(1, stream);
            try (ResultSet row = ask.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                String point = row.getString(3);
                String watermark = row.getString(4);
                return Optional.of(new Saved(
                        row.getString(1),
                        row.getBoolean(2),
                        point == null ? null : Lsn.parse(point),
                        watermark == null ? null : Long.valueOf(Long.parseUnsignedLong(watermark))));
            }
        }
    }

    /** A restore is due. The watermark counts on, unless the ids of transactions are another server's. */
    void restoring(String system) throws SQLException {
        update("""
                INSERT INTO replication_state AS s (stream, system_identifier, restoring, updated_at)
                VALUES (?, ?, true, now())
                ON CONFLICT (stream) DO UPDATE SET system_identifier = excluded.system_identifier, restoring = true,
                    watermark = CASE WHEN s.system_identifier = excluded.system_identifier THEN s.watermark END,
                    consistent_point = NULL, updated_at = now()
                """, stream, system);
    }

    void madeAt(Lsn point) throws SQLException {
        update(
                "UPDATE replication_state SET consistent_point = ?::pg_lsn, updated_at = now() WHERE stream = ?",
                point.toString(),
                stream);
    }

    void restored() throws SQLException {
        update("UPDATE replication_state SET restoring = false, updated_at = now() WHERE stream = ?", stream);
    }

    /** During a restore the old watermark stays: it is what the restore is made from, should it begin again. */
    void watermark(long xid) throws SQLException {
        update(
                "UPDATE replication_state SET watermark = ?::xid8, updated_at = now() WHERE stream = ? AND NOT restoring",
                Long.toUnsignedString(xid),
                stream);
    }

    /** Writes the row that comes back through the slot. */
    void beat() throws SQLException {
        update("""
                INSERT INTO replication_heartbeat AS h (stream, beat, beat_at, oldest_xid)
                VALUES (?, 1, clock_timestamp(), pg_snapshot_xmin(pg_current_snapshot()))
                ON CONFLICT (stream) DO UPDATE SET beat = h.beat + 1, beat_at = excluded.beat_at,
                    oldest_xid = excluded.oldest_xid
                """, stream);
    }

    private void update(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}

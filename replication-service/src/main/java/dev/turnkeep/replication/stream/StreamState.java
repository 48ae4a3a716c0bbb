package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row of a stream in {@code replication_state}. Only the leader writes it. */
final class StreamState {
    private static final int COUNTED = 10_001;
    private static final String GAP = "gap in ";

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
            @Nullable Long watermark,
            @Nullable Lsn confirmed,
            @Nullable Integer timeline) {}

    Optional<Saved> load() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT system_identifier, restoring, consistent_point::text, watermark::text, confirmed::text, timeline
                FROM replication_state WHERE stream = ?
                """)) {
            ask.setString(1, stream);
            try (ResultSet row = ask.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                String watermark = row.getString(4);
                return Optional.of(new Saved(
                        row.getString(1),
                        row.getBoolean(2),
                        lsn(row.getString(3)),
                        watermark == null ? null : Long.valueOf(Long.parseUnsignedLong(watermark)),
                        lsn(row.getString(5)),
                        row.getObject(6, Integer.class)));
            }
        }
    }

    private static @Nullable Lsn lsn(@Nullable String text) {
        return text == null ? null : Lsn.parse(text);
    }

    /** A restore is due. The watermark counts on, unless the ids of transactions are another server's. */
    void restoring(String system) throws SQLException {
        update("""
                INSERT INTO replication_state AS s (stream, system_identifier, restoring, updated_at)
                VALUES (?, ?, true, now())
                ON CONFLICT (stream) DO UPDATE SET system_identifier = excluded.system_identifier, restoring = true,
                    watermark = CASE WHEN s.system_identifier
                        IN (excluded.system_identifier, '%1$s' || excluded.system_identifier) THEN s.watermark END,
                    consistent_point = NULL, confirmed = NULL, updated_at = now()
                """.formatted(GAP), stream, system);
    }

    /**
     * What was sent has a gap: nothing goes on from there, and the next start restores. The watermark stays, with whose numbers it
     * counts.
     */
    void discontinue() throws SQLException {
        update("""
                UPDATE replication_state SET system_identifier = '%1$s' || system_identifier, updated_at = now()
                WHERE stream = ? AND system_identifier NOT LIKE '%1$s%%'
                """.formatted(GAP), stream);
    }

    void madeAt(Lsn point) throws SQLException {
        update(
                "UPDATE replication_state SET consistent_point = ?::pg_lsn, confirmed = ?::pg_lsn, updated_at = now() WHERE stream = ?",
                point.toString(),
                point.toString(),
                stream);
    }

    /** The slot will be told so; on which timeline of the server's log. Never goes back, whoever writes last. */
    void confirmed(Lsn position, int timeline) throws SQLException {
        update(
                "UPDATE replication_state SET confirmed = greatest(confirmed, ?::pg_lsn), timeline = ?::integer, updated_at = now()"
                        + " WHERE stream = ?",
                position.toString(),
                Integer.toString(timeline),
                stream);
    }

    /**
     * The restore that began there is complete.
     *
     * @throws IllegalStateException when another one is due by now, of which a leader that was deposed does not know
     */
    void restored(Lsn point) throws SQLException {
        int noted = update(
                "UPDATE replication_state SET restoring = false, updated_at = now() WHERE stream = ? AND consistent_point = ?::pg_lsn",
                stream,
                point.toString());
        if (noted == 0) {
            throw new IllegalStateException("the restore from " + point + " is not the one that is due");
        }
    }

    /** During a restore the old watermark stays: it is what the restore is made from, should it begin again. */
    void watermark(long xid) throws SQLException {
        update(
                "UPDATE replication_state SET watermark = ?::xid8, updated_at = now() WHERE stream = ? AND NOT restoring",
                Long.toUnsignedString(xid),
                stream);
    }

    /** Whose positions are remembered; empty when nothing is, or the tables are to be made anew. */
    Optional<String> system() throws SQLException {
        try (PreparedStatement ask =
                connection.prepareStatement("SELECT system_identifier FROM replication_state WHERE stream = ?")) {
            ask.setString(1, stream);
            try (ResultSet row = ask.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    /** How many rows of the stream wait in quarantine, as far as is counted: asked again and again, it has to be quick. */
    long quarantined() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(
                "SELECT count(*) FROM (SELECT FROM replication_quarantine WHERE stream = ? LIMIT ?) AS counted")) {
            ask.setString(1, stream);
            ask.setInt(2, COUNTED);
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** How long ago, by the server's clock, the last heartbeat was written; zero when there never was one. */
    Duration silence() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(
                "SELECT extract(epoch FROM clock_timestamp() - beat_at) FROM replication_heartbeat WHERE stream = ?")) {
            ask.setString(1, stream);
            try (ResultSet row = ask.executeQuery()) {
                return row.next() ? Duration.ofMillis((long) (row.getDouble(1) * 1000)) : Duration.ZERO;
            }
        }
    }

    /** The server's own time. */
    Instant now() throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("SELECT clock_timestamp()");
                ResultSet row = ask.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
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

    private int update(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}

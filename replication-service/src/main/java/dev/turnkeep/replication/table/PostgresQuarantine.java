package dev.turnkeep.replication.table;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Version;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** The table {@code replication_quarantine}, as one stream uses it. Full, it takes nothing, and its rows wait. */
final class PostgresQuarantine implements Quarantine {
    private static final Logger LOG = Logger.getLogger(PostgresQuarantine.class);
    private static final int LONGEST_ERROR = 2_000;

    private final PostgresLink postgres;
    private final String stream;
    private final String generation;
    private final int most;

    /** @param most rows that it keeps: what is refused then is no matter of single rows */
    PostgresQuarantine(PostgresLink postgres, String stream, String generation, int most) {
        this.postgres = postgres;
        this.stream = stream;
        this.generation = generation;
        this.most = most;
    }

    /** A row that waits, and where it belongs. */
    record Waiting(long id, String source, RowDocument document) {}

    @Override
    public void keep(String table, List<PublishedColumn> columns, List<Poison> rows) {
        if (postgres.with(this::isFull))
            throw new Retry.Again(
                    "the quarantine is full (%d rows): something is wrong with more than single rows".formatted(most));
        postgres.with(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO replication_quarantine
                        (stream, table_name, generation, commit_lsn, change_index, row_key, is_deleted, row_content, error)
                    VALUES (?, ?, ?, ?::pg_lsn, ?, ?, ?, ?::json, ?)
                    ON CONFLICT DO NOTHING
                    """)) {
                for (Poison poison : rows) {
                    TableRow row = poison.row();
                    insert.setString(1, stream);
                    insert.setString(2, table);
                    insert.setString(3, generation);
                    insert.setString(4, row.version().commit().toString());
                    insert.setLong(5, row.version().index());
                    // All rows of a copy have one version.
                    insert.setString(6, row.key().hex());
                    insert.setBoolean(7, row.deleted());
                    insert.setString(8, new RowDocument(columns, row).toJson());
                    insert.setString(9, bounded(poison.error()));
                    insert.addBatch();
                }
                return insert.executeBatch();
            }
        });
        // Not the errors: they can quote a row.
        LOG.errorf("rows quarantined: table=%s rows=%d", table, rows.size());
    }

    private boolean isFull(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(
                "SELECT count(*) >= ? FROM (SELECT FROM replication_quarantine WHERE stream = ? LIMIT ?) AS counted")) {
            ask.setInt(1, most);
            ask.setString(2, stream);
            ask.setInt(3, most);
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static String bounded(String error) {
        String text = error.replace("\0", "");
        return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR);
    }

    /** Forgets rows of tables that have been made anew since: their copy had those rows as they were. */
    int forgetOtherGenerations() {
        return postgres.with(connection -> {
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM replication_quarantine WHERE stream = ? AND generation <> ?")) {
                delete.setString(1, stream);
                delete.setString(2, generation);
                return delete.executeUpdate();
            }
        });
    }

    /** The next rows of this generation, in the order of their arrival. */
    List<Waiting> waiting(long afterId, int limit) {
        return postgres.with(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT id, table_name, commit_lsn::text, change_index, is_deleted, row_content::text
                    FROM replication_quarantine
                    WHERE stream = ? AND generation = ? AND id > ?
                    ORDER BY id LIMIT ?
                    """)) {
                select.setString(1, stream);
                select.setString(2, generation);
                select.setLong(3, afterId);
                select.setInt(4, limit);
                return read(select);
            }
        });
    }

    private static List<Waiting> read(PreparedStatement select) throws Exception {
        List<Waiting> waiting = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                Version version = new Version(Lsn.parse(rows.getString(3)), rows.getLong(4));
                RowDocument document = RowDocument.parse(rows.getString(6), version, rows.getBoolean(5));
                waiting.add(new Waiting(rows.getLong(1), rows.getString(2), document));
            }
        }
        return waiting;
    }

    void remove(long id) {
        postgres.with(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM replication_quarantine WHERE id = ?")) {
                delete.setLong(1, id);
                return delete.executeUpdate();
            }
        });
    }
}

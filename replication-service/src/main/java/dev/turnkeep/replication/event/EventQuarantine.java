package dev.turnkeep.replication.event;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Backoff;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Version;
import io.micrometer.core.instrument.Counter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events that cannot be published, in {@code replication_quarantine}: their ids only, since what they say stays in the table
 * that they came from, and is gone once it is deleted there.
 */
final class EventQuarantine {
    private static final Logger LOG = LoggerFactory.getLogger(EventQuarantine.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LONGEST_ERROR = 2_000;

    private final PostgresServer server;
    private final Counter counter;

    EventQuarantine(PostgresServer server, Counter counter) {
        this.server = server;
        this.counter = counter;
    }

    /** One that waits. */
    record Waiting(long row, UUID event) {}

    /**
     * Keeps an event's id, however long it takes.
     *
     * @param version where it came from: its place in the log, or in a restore
     * @throws InterruptedException when the service stops
     */
    void keep(UUID event, Version version, String error) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), RandomGenerator.getDefault());
        while (true) {
            try (Connection connection = server.tables("turnkeep-events-quarantine", PATIENCE);
                    PreparedStatement insert = connection.prepareStatement("""
                            INSERT INTO replication_quarantine
                                (stream, table_name, generation, commit_lsn, change_index, is_deleted, row_content, error)
                            VALUES (?, ?, '', ?::pg_lsn, ?, false, json_build_object('id', ?), ?)
                            ON CONFLICT DO NOTHING
                            """)) {
                insert.setString(1, EventsStream.NAME);
                insert.setString(2, EventRows.TABLE);
                insert.setString(3, version.commit().toString());
                insert.setLong(4, version.index());
                insert.setString(5, event.toString());
                insert.setString(6, error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR));
                insert.executeUpdate();
                counter.increment();
                LOG.atError()
                        .addKeyValue("event", event)
                        .addKeyValue("position", new Position(version))
                        .addKeyValue("reason", error)
                        .log("an event cannot be published: it is in quarantine");
                return;
            } catch (SQLException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("ended");
                }
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("an event waits to be put in quarantine");
                Thread.sleep(backoff.next());
            }
        }
    }

    private record Position(Version version) {
        @Override
        public String toString() {
            Lsn commit = version.commit();
            return commit + "/" + version.index();
        }
    }

    /** The next ones, in the order of their arrival. */
    static List<Waiting> waiting(Connection connection, long afterRow, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT id, row_content ->> 'id' FROM replication_quarantine
                WHERE stream = ? AND id > ? ORDER BY id LIMIT ?
                """)) {
            select.setString(1, EventsStream.NAME);
            select.setLong(2, afterRow);
            select.setInt(3, limit);
            try (ResultSet rows = select.executeQuery()) {
                List<Waiting> waiting = new ArrayList<>();
                while (rows.next()) {
                    waiting.add(new Waiting(rows.getLong(1), UUID.fromString(rows.getString(2))));
                }
                return waiting;
            }
        }
    }

    static void remove(Connection connection, long row) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM replication_quarantine WHERE id = ?")) {
            delete.setLong(1, row);
            delete.executeUpdate();
        }
    }
}

package dev.turnkeep.replication.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Lets a real server send every kind of message, and compares what is read with what was read of the committed capture.
 * The new capture stays in {@code target/capture}: copied over the committed one, it renews it.
 */
@WithLocalStack
class CaptureIT {
    @Test
    void theServerSendsWhatTheCommittedCaptureHolds(TestSpace space) throws SQLException, IOException {
        // Given
        String slot = space.postgres().database() + "_capture";
        List<String> capture = new ArrayList<>();
        try (Connection connection = space.postgres().connect();
                Statement statement = connection.createStatement()) {
            for (String sql : Capture.script("setup")) {
                statement.execute(sql);
            }
            statement.execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));

            // When
            for (String sql : Capture.script("changes")) {
                statement.execute(sql);
            }
            try (ResultSet rows = statement.executeQuery("""
                    SELECT lsn::text, data FROM pg_logical_slot_get_binary_changes('%s', NULL, NULL, 'proto_version', '2',
                        'publication_names', 'captured', 'binary', 'true', 'messages', 'true')
                    """.formatted(slot))) {
                while (rows.next()) {
                    capture.add(rows.getString(1) + " " + HexFormat.of().formatHex(rows.getBytes(2)));
                }
            }
        }
        Path target = Path.of("target", "capture");
        Files.createDirectories(target);
        Files.write(target.resolve("postgres-18.hex"), capture);

        // Then
        assertThat(Capture.read(capture)).containsExactlyElementsOf(Capture.resource("postgres-18.txt"));
    }
}

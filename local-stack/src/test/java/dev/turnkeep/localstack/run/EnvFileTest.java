package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvFileTest {

    private final String text = new EnvFile(
                    ServiceEnvironmentTest.ENGINES,
                    List.of(Service.SESSION.on(11, 12), Service.INGEST.on(13, 14)),
                    "tk_development_k",
                    "tk_admin_k")
            .text();

    @Test
    void saysWhereEverythingIs() {
        assertThat(text.lines())
                .containsExactly(
                        "SESSION_URL=http://127.0.0.1:11",
                        "SESSION_MANAGEMENT_URL=http://127.0.0.1:12",
                        "INGEST_URL=http://127.0.0.1:13",
                        "INGEST_MANAGEMENT_URL=http://127.0.0.1:14",
                        "API_KEY=tk_development_k",
                        "ADMIN_KEY=tk_admin_k",
                        "KAFKA_BOOTSTRAP=127.0.0.1:1",
                        "POSTGRES_URL='jdbc:postgresql://127.0.0.1:2/turnkeep?user=ada&password=secret'",
                        "REDIS_URL=redis://127.0.0.1:3",
                        "CLICKHOUSE_URL=http://127.0.0.1:4");
    }

    @Test
    void aShellReadsEveryValueAsItIs(@TempDir Path folder) throws IOException {
        // Given
        Path file = folder.resolve("env");
        PrivateFile.write(file, text);

        // When
        var outcome = Commands.run(List.of("sh", "-c", ". \"$0\" && echo \"$POSTGRES_URL $API_KEY\"", file.toString()));

        // Then
        assertThat(outcome.output())
                .isEqualTo("jdbc:postgresql://127.0.0.1:2/turnkeep?user=ada&password=secret tk_development_k\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }
}

package dev.turnkeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaVersionTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    @Test
    void servicesAskAtTheirStartForTheNewestMigration() throws IOException {
        // Given
        Properties platform = new Properties();
        try (InputStream file = getClass().getResourceAsStream("/META-INF/microprofile-config.properties")) {
            platform.load(file);
        }

        // When
        String newest;
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            newest = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("V"))
                    .map(name -> name.substring(1, name.indexOf("__")))
                    .max(String::compareTo)
                    .orElseThrow();
        }

        // Then
        assertThat(platform.getProperty("turnkeep.start.schema")).isEqualTo(newest);
    }
}

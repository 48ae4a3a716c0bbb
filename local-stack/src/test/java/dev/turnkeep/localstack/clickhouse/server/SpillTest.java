package dev.turnkeep.localstack.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillTest {

    @Test
    void handsOverWhatDidNotFitIntoMemoryInItsOrder(@TempDir Path folder) throws IOException {
        // Given
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        ByteArrayOutputStream target = new ByteArrayOutputStream();

        // When
        try (Spill spill = new Spill(folder)) {
            for (int at = 0; at < content.length; at += 100_000) spill.write(content, at, 100_000);
            assertThat(folder).isNotEmptyDirectory();
            spill.moveTo(target);
        }

        // Then
        assertThat(target.toByteArray()).isEqualTo(content);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhenItIsNotHandedOver(@TempDir Path folder) throws IOException {
        // When
        try (Spill spill = new Spill(folder)) {
            spill.write(new byte[2_000_000], 0, 2_000_000);
            spill.write(1);
        }

        // Then
        assertThat(folder).isEmptyDirectory();
    }
}

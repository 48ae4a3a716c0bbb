package dev.turnkeep.localstack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterLockTest {

    @TempDir
    Path cluster = Path.of("");

    @Test
    void takesThePidAwayFromAStrangerAndKeepsTheRest() throws IOException {
        // Given
        String stranger = Long.toString(ProcessHandle.current().pid());
        Path file = Files.write(cluster.resolve("postmaster.pid"), List.of(stranger, "/data", "1", "5432", "", "shm"));

        // When
        PostmasterLock.release(cluster);

        // Then
        assertThat(Files.readAllLines(file)).containsExactly("2147483647", "/data", "1", "5432", "", "shm");
    }

    @Test
    void leavesTheLockOfARunningServerAlone() throws Exception {
        // Given
        Path postgres = Files.copy(Path.of("/bin/sleep"), cluster.resolve("postgres"));
        Process server = new ProcessBuilder(postgres.toString(), "600").start();
        Path file = Files.writeString(cluster.resolve("postmaster.pid"), server.pid() + "\n/data\n");

        // When
        try {
            PostmasterLock.release(cluster);
        } finally {
            server.destroyForcibly().waitFor();
        }

        // Then
        assertThat(Files.readString(file)).isEqualTo(server.pid() + "\n/data\n");
    }

    @Test
    void hasNothingToDoWithoutALock() throws IOException {
        // When
        PostmasterLock.release(cluster);

        // Then
        assertThat(cluster).isEmptyDirectory();
    }
}

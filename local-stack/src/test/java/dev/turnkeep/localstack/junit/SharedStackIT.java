package dev.turnkeep.localstack.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.redis.RedisPing;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStackIT {

    @TempDir
    Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init") // made before each test
    private Process build;

    @BeforeEach
    void startABuild() throws IOException {
        build = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void endTheBuild() throws InterruptedException {
        build.destroyForcibly().waitFor();
        assertThat(awaitDeletion()).isTrue();
    }

    @Test
    void lastsAsLongAsTheBuildAndLeavesNothingBehind() throws Exception {
        // When
        StackAddresses first = SharedStack.addresses(folder, build.toHandle());
        StackAddresses second = SharedStack.addresses(folder, build.toHandle());

        // Then
        assertThat(second).isEqualTo(first);
        new RedisPing().ping(second.redis());

        // When
        build.destroyForcibly().waitFor();

        // Then
        assertThat(awaitDeletion()).isTrue();
        assertThat(Ports.isFree(first.redis().port())).isTrue();
        assertThat(Ports.isFree(first.postgres().port())).isTrue();
    }

    @Test
    void deletesWhatABuildLeftWhoseMachineDied() throws IOException {
        // Given
        Path abandoned = Files.createDirectories(folder.resolve("test-2147483647"));
        Files.writeString(abandoned.resolve("keeper.log"), "cut off");

        // When
        SharedStack.addresses(folder, build.toHandle());

        // Then
        assertThat(abandoned).doesNotExist();
    }

    @Test
    void showsWhyTheEnginesDidNotStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            // Given
            System.setProperty("redis.port", Integer.toString(taken.getLocalPort()));

            // Then
            assertThatThrownBy(() -> SharedStack.addresses(folder, build.toHandle()))
                    .hasMessageContaining("the engines for the tests did not start")
                    .hasMessageContaining("redis cannot start: port " + taken.getLocalPort() + " is taken");
        } finally {
            System.clearProperty("redis.port");
            Folders.delete(folder.resolve("test-" + build.pid()));
        }
    }

    private boolean awaitDeletion() throws InterruptedException {
        Path state = folder.resolve("test-" + build.pid());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Files.exists(state)) {
            if (System.nanoTime() > deadline) return false;
            Thread.sleep(20);
        }
        return true;
    }
}

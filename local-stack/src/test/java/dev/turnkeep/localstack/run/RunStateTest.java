package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunStateTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void namesTheProcessThatWroteIt() throws IOException {
        // Given
        Path file = folder.resolve("state");

        // When
        RunState.ofThisProcess(true).save(file);
        RunState read = RunState.load(file).orElseThrow();

        // Then
        assertThat(read.ready()).isTrue();
        assertThat(read.process()).hasValue(ProcessHandle.current());
    }

    @Test
    void neverTakesAnotherProcessWithTheSamePidForIt() {
        // Given
        RunState self = RunState.ofThisProcess(true);
        RunState earlier = new RunState(self.pid(), self.started().minus(Duration.ofMinutes(1)), true);

        // Then
        assertThat(earlier.process()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "x\ny\nready\n", "1\n2\n"})
    void isAbsentWhenItCannotBeUnderstood(String text) throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("state"), text);

        // Then
        assertThat(RunState.load(file)).isEmpty();
        assertThat(RunState.load(folder.resolve("missing"))).isEmpty();
    }
}

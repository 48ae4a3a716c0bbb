package dev.turnkeep.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedProcessIT {

    @TempDir
    Path folder = Path.of("");

    /** Starts a stack, prints the pids of all that belongs to it, and waits to be killed. */
    static final class Owner {
        public static void main(String[] arguments) throws InterruptedException {
            LocalStack stack = LocalStack.start(Path.of(arguments[0]), Sources.packages());
            if (arguments.length > 1) stack.postgres().suspend();
            ProcessHandle.current().descendants().forEach(process -> System.out.println("pid " + process.pid()));
            System.out.println("started");
            Thread.currentThread().join();
        }
    }

    @Test
    void noEngineOutlivesAnOwnerThatWasKilled() throws Exception {
        assertNothingIsLeftOf(owner(folder.toString()));
    }

    @Test
    void notEvenASuspendedEngineOutlivesItsOwner() throws Exception {
        assertNothingIsLeftOf(owner(folder.toString(), "suspended"));
    }

    @Test
    void keepsTheWordsOfAProgramThatCannotBeFound() throws IOException {
        // When
        OwnedProcess process =
                OwnedProcess.start("ghost", List.of("/no/such/program"), Map.of(), folder, folder.resolve("log"));
        process.stop(Signal.TERM, Duration.ofSeconds(10));

        // Then
        assertThat(process.alive()).isFalse();
        assertThat(process.logTail()).contains("/no/such/program");
    }

    @Test
    void killsAProgramThatIgnoresTheRequestToStop() throws Exception {
        // Given
        List<String> stubborn = List.of("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done");
        Path log = folder.resolve("log");
        OwnedProcess process = OwnedProcess.start("stubborn", stubborn, Map.of(), folder, log);
        while (!Files.readString(log).contains("ready")) Thread.onSpinWait();

        // When
        process.stop(Signal.TERM, Duration.ofMillis(200));

        // Then
        assertThat(process.alive()).isFalse();
    }

    @Test
    void anEmptyValueTakesAVariableAway() throws Exception {
        // Given
        Path log = folder.resolve("log");
        List<String> print = List.of("sh", "-c", "echo ${PATH-gone} $ADDED");

        // When
        OwnedProcess process = OwnedProcess.start("print", print, Map.of("PATH", "", "ADDED", "here"), folder, log);
        while (process.alive()) Thread.onSpinWait();

        // Then
        assertThat(process.logTail()).endsWith(" here\n").doesNotContain(System.getenv("PATH"));
    }

    private static Process owner(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Commands.java(), "-cp", System.getProperty("java.class.path")));
        command.add(Owner.class.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void assertNothingIsLeftOf(Process owner) throws Exception {
        // Given
        List<Long> pids = new ArrayList<>();
        var output = new BufferedReader(new InputStreamReader(owner.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); !"started".equals(line); line = output.readLine()) {
            assertThat(line).as("the owner's output").isNotNull();
            if (line.startsWith("pid ")) pids.add(Long.parseLong(line.substring("pid ".length())));
        }

        // When
        owner.destroyForcibly().waitFor();

        // Then
        assertThat(pids).hasSizeGreaterThan(6);
        for (long pid : pids)
            assertThat(Processes.endsWithin(pid, 30, TimeUnit.SECONDS))
                    .as("end of %d", pid)
                    .isTrue();
    }
}

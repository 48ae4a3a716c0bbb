package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Processes;
import dev.turnkeep.localstack.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the Makefile in a checkout of their own: real engines, and services that only answer. */
class RunIT {

    @TempDir
    Path checkout = Path.of("");

    private final Map<String, String> ports = new TreeMap<>();

    @BeforeEach
    void build() throws IOException {
        for (Service service : Service.ALL) {
            FakeService.build(checkout, service);
            ports.put(service.portVariable(), Integer.toString(Ports.free()));
            ports.put(service.managementPortVariable(), Integer.toString(Ports.free()));
        }
        for (String engine : List.of("KAFKA_PORT", "POSTGRES_PORT", "REDIS_PORT", "CLICKHOUSE_PORT"))
            ports.put(engine, Integer.toString(Ports.free()));
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(command("down").status()).isZero();
        for (String port : ports.values())
            assertThat(Ports.isFree(Integer.parseInt(port))).as(port).isTrue();
    }

    @Test
    void startsEverythingKeepsItsDataAndStopsEverything() throws Exception {
        // When
        Commands.Outcome first = command("up");

        // Then
        assertThat(first.output())
                .contains("starting with empty data", "made a development key", "posting a sample conversation")
                .contains("turn_count            6        6", "Turnkeep is running", "To stop: make down");
        assertThat(first.status()).isZero();
        Map<String, String> env = env();
        assertThat(env)
                .containsEntry("INGEST_URL", "http://127.0.0.1:" + ports.get("INGEST_PORT"))
                .containsEntry(
                        "POSTGRES_URL",
                        "jdbc:postgresql://127.0.0.1:" + ports.get("POSTGRES_PORT") + "/turnkeep?user=turnkeep")
                .containsEntry(
                        "CLICKHOUSE_URL",
                        Settings.ofProcess()
                                .value("CLICKHOUSE_URL", "http://127.0.0.1:" + ports.get("CLICKHOUSE_PORT")));

        // When
        Commands.Outcome again = command("up");

        // Then
        assertThat(again.output()).contains("Turnkeep is already running");
        assertThat(again.status()).isZero();

        // When
        Commands.Outcome foreground = command("run");

        // Then
        assertThat(foreground.output()).contains("already running");
        assertThat(foreground.status()).isEqualTo(1);

        // When
        Commands.Outcome down = command("down");

        // Then
        assertThat(down.output()).contains("everything is stopped");
        assertThat(checkout.resolve(".local-stack/env")).doesNotExist();

        // When
        Commands.Outcome second = command("up");

        // Then
        assertThat(second.output())
                .contains("starting on the data of the last run", "the development key is still good")
                .doesNotContain("posting a sample conversation");
        assertThat(env()).containsEntry("API_KEY", env.get("API_KEY"));
        assertThat(second.status()).isZero();
    }

    @Test
    void takesEverythingWithItWhenItsOwnerIsKilled() throws Exception {
        // Given
        assertThat(command("up").status()).isZero();
        RunState state =
                RunState.load(checkout.resolve(".local-stack/run.state")).orElseThrow();
        ProcessHandle owner = state.process().orElseThrow();
        List<Long> members = owner.descendants().map(ProcessHandle::pid).toList();

        // When
        owner.destroyForcibly();

        // Then
        assertThat(members).hasSizeGreaterThan(8);
        for (long pid : members)
            assertThat(Processes.endsWithin(pid, 30, TimeUnit.SECONDS))
                    .as("end of %d", pid)
                    .isTrue();
        assertThat(command("up").output()).contains("the development key is still good");
    }

    @Test
    void stopsInOrderOnCtrlC() throws Exception {
        // When
        List<String> stops = interruptedAt("To stop: Ctrl-C");

        // Then
        List<String> expected = new ArrayList<>();
        Service.ALL.reversed().forEach(service -> expected.add(service.name() + " is stopped"));
        expected.add("the engines are stopped");
        assertThat(stops).containsExactlyElementsOf(expected);
    }

    @Test
    void stopsWhatItHasStartedWhenCtrlCComesEarly() throws Exception {
        // When
        List<String> stops = interruptedAt("redis is up");

        // Then
        assertThat(stops).containsExactly("the engines are stopped");
    }

    /** What it says to have stopped. */
    private List<String> interruptedAt(String words) throws Exception {
        Process run = start("run");
        List<String> stops = new ArrayList<>();
        try (var output = run.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.endsWith("stopped")) stops.add(line.substring(line.indexOf(']') + 2));
                if (line.contains(words)) Commands.run(List.of("kill", "-s", "INT", Long.toString(run.pid())));
            }
        }
        run.waitFor();
        return stops;
    }

    @Test
    void namesEveryPortThatIsTaken() throws Exception {
        int taken = Integer.parseInt(ports.get("REDIS_PORT"));
        try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            // When
            Commands.Outcome outcome = command("up");

            // Then
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.output())
                    .contains("port " + taken
                            + ", for Redis, is taken by another program: choose another with REDIS_PORT=");
        }
    }

    private Map<String, String> env() throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (String line : Files.readAllLines(checkout.resolve(".local-stack/env")))
            values.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        return values;
    }

    private Commands.Outcome command(String command) throws Exception {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Commands.Outcome(process.waitFor(), output);
    }

    private Process start(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Commands.java(), "-cp", System.getProperty("java.class.path"), Main.class.getName(), command)
                .directory(checkout.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(ports);
        return builder.start();
    }
}

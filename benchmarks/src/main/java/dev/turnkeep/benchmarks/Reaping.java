package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * How long the end of many idle sessions takes, and in how much memory: {@code make reapbench}, from the checkout. Argument:
 * how many sessions (100000); with another value the result is printed and not kept.
 */
public final class Reaping {
    private static final int SESSIONS = 100_000;
    private static final int ROUNDS = 3;
    private static final int IDLE_SECONDS = 15;
    private static final Path RESULT = Path.of("benchmarks/results/reaper.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final String STARTED = """
            INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
            SELECT gen_random_uuid(), s.org_id, s.environment, s.id, 1, 'session.started', s.started_at, '{}', s.started_at
            FROM sessions s WHERE s.state = 'open'
            """;

    private Reaping() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        int sessions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : SESSIONS;
        Path checkout = Path.of("").toAbsolutePath();
        Path folder = checkout.resolve("benchmarks/target/testbed");
        ObjectNode result = JSON.createObjectNode()
                .put("command", "make reapbench")
                .put("commit", Machine.commit())
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("sessions", sessions);
        result.set("hardware", Machine.hardware(JSON));
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, folder);
                ServiceProcess reaper = testbed.instance(Service.REAPER, checkout, folder, onDemandOnly())) {
            result.set("versions", Machine.versions(JSON, testbed.query("SHOW server_version")));
            var rounds = result.putArray("rounds");
            for (int round = 1; round <= ROUNDS; round++) {
                ObjectNode measured = round(testbed, reaper, sessions);
                rounds.add(measured);
                System.out.println("round " + round + ": " + measured);
            }
            result.put("heap_limit", "128m").put("peak_resident_kib", Machine.peakResident(reaper.pid()));
            var report = call(reaper, "GET", "/invariants");
            result.put("invariants_hold", report.path("holds").asBoolean());
        }
        System.out.println(JSON.writeValueAsString(result));
        if (sessions == SESSIONS) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, JSON.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        }
    }

    private static Map<String, String> onDemandOnly() {
        return Map.of(
                "TURNKEEP_REAPER_REAP_ENABLED", "false",
                "TURNKEEP_REAPER_SWEEP_ENABLED", "false",
                "TURNKEEP_REAPER_RETIRE_ENABLED", "false",
                "TURNKEEP_REAPER_CHECK_ENABLED", "false");
    }

    private static String seed(int sessions) {
        return """
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, kafka_partition, type,
                    task_identifier, state, epoch, started_at, last_event_at, last_received_at, idle_bucket, created_at, updated_at)
                SELECT i.id, 'session_' || i.id, e.org_id, e.name, 'bench', i.id::text, i.n %% 4, 'ingest', 'bench', 'open', 1,
                       t.at, t.at, t.at, date_trunc('minute', t.at + e.idle_timeout), t.at, t.at
                FROM environments e, (SELECT clock_timestamp() AS at) t,
                     (SELECT uuidv7() AS id, n FROM generate_series(1, %d) AS n) i
                """.formatted(sessions);
    }

    /** Open sessions that are indexed, become idle, and are ended by one run of reap. */
    private static ObjectNode round(Testbed testbed, ServiceProcess reaper, int sessions)
            throws IOException, InterruptedException, SQLException {
        try (Connection connection = testbed.engines.postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE environments SET idle_timeout = interval '%d seconds'".formatted(IDLE_SECONDS));
            statement.execute("ANALYZE sessions");
            statement.execute(seed(sessions));
            statement.execute(STARTED);
            // As if the last turns had come just now.
            statement.execute(
                    "UPDATE sessions SET last_received_at = now(), idle_bucket = date_trunc('minute', now() + "
                            + "interval '%d seconds') WHERE state = 'open'".formatted(IDLE_SECONDS));
        }
        long sweep = System.nanoTime();
        JsonNode indexed = call(reaper, "POST", "/jobs/sweep");
        double sweepSeconds = seconds(sweep);
        require(indexed.path("indexed").asInt() == sessions, "not all sessions were indexed: " + indexed);
        while (!testbed.query("SELECT bool_and(processed_through > (SELECT max(last_received_at) FROM sessions "
                        + "WHERE state = 'open') + interval '%d seconds') FROM partition_progress"
                                .formatted(IDLE_SECONDS))
                .equals("t")) {
            Thread.sleep(200);
        }
        long reap = System.nanoTime();
        JsonNode reaped = call(reaper, "POST", "/jobs/reap");
        double reapSeconds = seconds(reap);
        require(reaped.path("ended").asInt() == sessions, "not all sessions were ended: " + reaped);
        return JSON.createObjectNode()
                .put("sweep_indexes_seconds", sweepSeconds)
                .put("reap_seconds", reapSeconds)
                .put("ended_per_second", Math.round(sessions / reapSeconds));
    }

    private static double seconds(long since) {
        return Math.round((System.nanoTime() - since) / 1e6) / 1e3;
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static JsonNode call(ServiceProcess reaper, String method, String path)
            throws IOException, InterruptedException {
        URI url = reaper.service().managementUrl().resolve(path);
        HttpRequest request = HttpRequest.newBuilder(url)
                .method(method, BodyPublishers.noBody())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
        }
    }
}

package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;

/**
 * How long a page of a list takes in an organisation with very many sessions: {@code make listbench}, from the checkout.
 * Argument: how many sessions (1000000); with another value the result is printed and not kept.
 */
public final class Listing {
    private static final int SESSIONS = 1_000_000;
    /** How many one statement makes: it has to end before the connection gives up, and to fit into memory. */
    private static final int AT_ONCE = 50_000;

    private static final int WARM_UP = 300;
    private static final Path RESULT = Path.of("benchmarks/results/lists.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Ids and times follow from the number, so that both stores can make the same rows. One in a hundred is open. */
    private static String inPostgres(long from, long to) {
        return """
            INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, kafka_partition, type,
                task_identifier, name, tags, state, epoch, started_at, last_event_at, last_received_at, idle_bucket, ended_at,
                end_reason, turn_count, created_at, updated_at)
            SELECT lpad(to_hex(n), 32, '0')::uuid, 'session_' || n, e.org_id, e.name, 'bench', n::text, n %% 4, 'ingest',
                   'bench', 'session ' || n, ARRAY['t' || n %% 1000], CASE WHEN n %% 100 = 0 THEN 'open' ELSE 'ended' END, 1,
                   t.at, t.at, t.at, CASE WHEN n %% 100 = 0 THEN date_trunc('minute', now()) END,
                   CASE WHEN n %% 100 <> 0 THEN t.at END, CASE WHEN n %% 100 <> 0 THEN 'idle' END, n %% 50, t.at, t.at
            FROM environments e, generate_series(%d, %d) AS n,
                 LATERAL (SELECT timestamptz '2026-01-01 00:00:00+00' + n / 5 * interval '10 seconds' AS at) t
            """.formatted(from, to);
    }

    private static String inClickHouse(String database, String org, String environment, long from, long to) {
        return """
            INSERT INTO %s.sessions_v1 (id, friendly_id, org_id, environment, harness_id, harness_session_id, type,
                task_identifier, name, tags, state, epoch, started_at, last_event_at, last_received_at, ended_at, end_reason,
                turn_count, version, created_at, updated_at, _version)
            SELECT toUUID(concat(substring(h, 1, 8), '-', substring(h, 9, 4), '-', substring(h, 13, 4), '-',
                                 substring(h, 17, 4), '-', substring(h, 21))),
                   concat('session_', toString(n)), toUUID('%s'), '%s', 'bench', toString(n), 'ingest', 'bench',
                   concat('session ', toString(n)), [concat('t', toString(n %% 1000))], if(n %% 100 = 0, 'open', 'ended'), 1,
                   at, at, at, if(n %% 100 = 0, NULL, at), if(n %% 100 = 0, NULL, 'idle'), n %% 50, 1, at, at, 1
            FROM (SELECT number + 1 AS n, leftPad(lower(hex(n)), 32, '0') AS h,
                         toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + intDiv(n, 5) * 10 AS at
                  FROM numbers(%d, %d))
            SETTINGS max_partitions_per_insert_block = 0
            """.formatted(database, org, environment, from - 1, to - from + 1);
    }

    private Listing() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        int sessions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : SESSIONS;
        Path checkout = Path.of("").toAbsolutePath();
        Path folder = checkout.resolve("benchmarks/target/testbed");
        ObjectNode result = JSON.createObjectNode()
                .put("command", "make listbench")
                .put("commit", Machine.commit())
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("sessions", sessions);
        result.set("hardware", Machine.hardware(JSON));
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, folder)) {
            result.set("versions", Machine.versions(JSON, testbed.query("SHOW server_version")));
            System.out.println("making the tables");
            tables(testbed, checkout, folder);
            System.out.println("seeding " + sessions + " sessions");
            seed(testbed, sessions);
            ArrayNode lists = result.putArray("lists");
            try (HttpClient client = HttpClient.newHttpClient()) {
                Caller caller = new Caller(client, testbed);
                lists.add(caller.measured("newest first, 50 of a page", "/v1/sessions?limit=50", 2000));
                lists.add(caller.measured("newest first, the SDK's page of 20", "/api/v1/sessions", 2000));
                lists.add(caller.walked("page after page of 100, from the newest on", "/v1/sessions?limit=100", 1000));
                lists.add(caller.measured("one tag of a thousand, 50 of a page", "/v1/sessions?limit=50&tag=t7", 200));
                lists.add(
                        caller.measured("most turns first, 50 of a page", "/v1/sessions?limit=50&sort=turn_count", 50));
                lists.add(caller.measured("count of all", "/v1/sessions/count", 50));
            }
        }
        System.out.println("done");
        if (sessions == SESSIONS) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, JSON.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        } else {
            System.out.println(JSON.writeValueAsString(result));
        }
    }

    /** The replication makes ClickHouse's tables and takes its first position; then it rests. */
    private static void tables(Testbed testbed, Path checkout, Path folder) throws InterruptedException, SQLException {
        try (ServiceProcess _ = testbed.instance(Service.REPLICATION, checkout, folder, Map.of())) {
            while (!testbed.query("SELECT count(*) FROM replication_state WHERE stream = 'tables' AND NOT restoring"
                            + " AND watermark IS NOT NULL")
                    .equals("1")) {
                Thread.sleep(200);
            }
        }
    }

    private static void seed(Testbed testbed, int sessions) throws IOException, SQLException {
        String database = testbed.engines.clickhouse().database();
        String org = testbed.query("SELECT org_id FROM environments");
        String environment = testbed.query("SELECT name FROM environments");
        for (int from = 1; from <= sessions; from += AT_ONCE) {
            int to = Math.min(sessions, from + AT_ONCE - 1);
            testbed.execute(inPostgres(from, to));
            ClickHouseSql.run(testbed.engines.clickhouse(), inClickHouse(database, org, environment, from, to));
        }
        testbed.execute("VACUUM ANALYZE sessions");
        testbed.execute("UPDATE replication_state SET watermark = pg_snapshot_xmin(pg_current_snapshot())");
    }

    private record Caller(HttpClient client, Testbed testbed) {

        ObjectNode measured(String name, String path, int times) throws IOException, InterruptedException {
            long[] micros = new long[times];
            for (int i = -Math.min(WARM_UP, times); i < times; i++) {
                long begun = System.nanoTime();
                get(path);
                if (i >= 0) {
                    micros[i] = (System.nanoTime() - begun) / 1000;
                }
            }
            return figures(name, path, micros);
        }

        ObjectNode walked(String name, String path, int pages) throws IOException, InterruptedException {
            long[] micros = new long[pages];
            String cursor = "";
            for (int i = 0; i < pages; i++) {
                long begun = System.nanoTime();
                JsonNode page = get(path + cursor);
                micros[i] = (System.nanoTime() - begun) / 1000;
                cursor = "&cursor=" + URLEncoder.encode(page.path("next_cursor").asText(), StandardCharsets.UTF_8);
            }
            return figures(name, path, micros);
        }

        private JsonNode get(String path) throws IOException, InterruptedException {
            URI url = testbed.sessionService.service().url().resolve(path);
            var answer = client.send(
                    HttpRequest.newBuilder(url)
                            .header("Authorization", "Bearer " + testbed.key)
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(path + " answered " + answer.statusCode() + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        }

        private static ObjectNode figures(String name, String path, long[] micros) {
            long[] sorted = micros.clone();
            Arrays.sort(sorted);
            ObjectNode figures = JSON.createObjectNode()
                    .put("list", name)
                    .put("request", path)
                    .put("requests", micros.length)
                    .put("p50_micros", sorted[sorted.length / 2])
                    .put("p99_micros", sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)])
                    .put("max_micros", sorted[sorted.length - 1]);
            System.out.println(figures);
            // One line for the samples, not one each.
            return figures.put(
                    "samples_micros",
                    String.join(
                            " ", Arrays.stream(micros).mapToObj(Long::toString).toList()));
        }
    }
}

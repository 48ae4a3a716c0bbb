package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How fast turns reach ClickHouse, beside what the log can be read with and ClickHouse be written to at all, and how old they
 * are there under steady load: {@code make replbench}, from the checkout. Argument: turns of a backlog (150000); with another
 * value the result is printed and not kept.
 */
public final class Replicating {
    private static final int TURNS = 150_000;
    private static final int TRANSACTION = 1_000;
    private static final int ROUNDS = 4;
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    /** What the product promises: a turn is in the view a second after its post. */
    private static final double LATEST_MILLISECONDS = 1_000;

    private static final Path RESULT = Path.of("benchmarks/results/replication.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Testbed testbed;
    private final ServiceProcess replication;
    private final String database;
    private int written;

    private Replicating(Testbed testbed, ServiceProcess replication) {
        this.testbed = testbed;
        this.replication = replication;
        this.database = testbed.engines.clickhouse().database();
    }

    public static void main(String[] arguments) throws Exception {
        int turns = arguments.length > 0 ? Integer.parseInt(arguments[0]) : TURNS;
        Path checkout = Path.of("").toAbsolutePath();
        Path folder = checkout.resolve("benchmarks/target/testbed");
        ObjectNode result = JSON.createObjectNode()
                .put("command", "make replbench")
                .put("commit", Machine.commit())
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put(
                        "notes",
                        "Medians of rounds in which the three figures take turns, so that what else the machine does"
                                + " meets all of them. Engines, service and measurement share its cores.")
                .put("turns_of_a_backlog", turns)
                .put("turns_of_a_transaction", TRANSACTION);
        result.set("hardware", Machine.hardware(JSON));
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, folder);
                ServiceProcess replication = testbed.instance(Service.REPLICATION, checkout, folder, Map.of())) {
            result.set("versions", Machine.versions(JSON, testbed.query("SHOW server_version")));
            Replicating measured = new Replicating(testbed, replication);
            measured.awaitWhole();
            System.out.println("measuring freshness");
            // First: to look for one turn among a million costs more than to bring it.
            new Freshness(testbed).measure(result.putObject("freshness"));
            measured.backlogs(result.putObject("backlog"), turns);
            result.put("heap_limit", Service.REPLICATION.heap())
                    .put("peak_resident_kib", Machine.peakResident(replication.pid()));
        }
        System.out.println(JSON.writeValueAsString(result));
        if (turns == TURNS) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, JSON.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        }
        requireFresh(result.at("/freshness/from_post/p50_milliseconds").asDouble(Double.NaN));
    }

    /** Last, so that a result that breaks the promise is there to be looked at. */
    private static void requireFresh(double p50) {
        if (!(p50 <= LATEST_MILLISECONDS)) {
            throw new IllegalStateException("every other turn is shown later than %.0f ms after its post: %.0f ms"
                    .formatted(LATEST_MILLISECONDS, p50));
        }
    }

    private void backlogs(ObjectNode result, int turns) throws Exception {
        List<Double> drained = new ArrayList<>();
        List<Double> read = new ArrayList<>();
        List<Double> inserted = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            double service;
            double log;
            try (BareLog bare = BareLog.begin(testbed.engines.postgres())) {
                replication.stop();
                long before = rows();
                write(turns);
                service = drain(before, turns);
                log = turns / bare.read(turns);
            }
            double client = turns / BareClickHouse.insert(testbed.engines.clickhouse(), "turns_v1", turns);
            System.out.printf("round %d: service=%.0f log=%.0f client=%.0f rows/s%n", round, service, log, client);
            // The first one warms up.
            if (round > 0) {
                drained.add(service);
                read.add(log);
                inserted.add(client);
            }
        }
        requireDistinct();
        figure(result, "service", "replication-service drains a backlog into ClickHouse", drained);
        figure(result, "bare_log", "limit: bare pgoutput read of the same rows, thrown away", read);
        figure(result, "bare_client", "limit: bare client insert of the same rows, 10,000 at once", inserted);
        result.putObject("ratios")
                .put("service_to_bare_log", rounded(median(drained) / median(read)))
                .put("service_to_bare_client", rounded(median(drained) / median(inserted)));
    }

    private static void figure(ObjectNode result, String name, String title, List<Double> samples) {
        ObjectNode figure =
                result.putObject(name).put("title", title).put("rows_per_second", Math.round(median(samples)));
        ArrayNode raw = figure.putArray("samples_rows_per_second");
        samples.forEach(sample -> raw.add(Math.round(sample)));
    }

    /** From the first row that has come to the last one: that a JVM has to start is no figure of the stream's. */
    private double drain(long before, int turns) throws IOException, InterruptedException {
        replication.launch();
        awaitRows(before + 1);
        long first = rows();
        long begun = System.nanoTime();
        awaitRows(before + turns);
        double seconds = (System.nanoTime() - begun) / 1e9;
        replication.awaitReady();
        if (first == before + turns) {
            throw new IllegalStateException("the backlog is too small to be seen on its way");
        }
        return (before + turns - first) / seconds;
    }

    /** Turns and, one for ten of them, sessions. */
    private void write(int turns) throws SQLException {
        try (Connection connection = testbed.engines.postgres().connect();
                Statement statement = connection.createStatement()) {
            for (int done = 0; done < turns; done += TRANSACTION) {
                write(statement, TRANSACTION);
            }
        }
    }

    private void write(Statement statement, int turns) throws SQLException {
        int first = written;
        written += turns;
        statement.execute("""
                BEGIN;
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    created_at, updated_at)
                SELECT md5('session ' || n)::uuid, 'session_bench_' || n, e.org_id, e.name, 'bench', 'agent', 'bench', 'created',
                    'bench', now(), now()
                FROM environments e, generate_series(%1$d / 10, %2$d / 10) n ON CONFLICT DO NOTHING;
                INSERT INTO turns (turn_id, org_id, environment, session_id, seq, payload_digest, provider, model, root_hash,
                    leaf_hash, node_count, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
                    cache_write_1h_tokens, reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, event_at,
                    received_at, late, kafka_topic, kafka_partition, kafka_offset, meta, created_at)
                SELECT md5('turn ' || n)::uuid, e.org_id, e.name, md5('session ' || n / 10)::uuid, n, sha256(n::text::bytea),
                    'anthropic', 'model-' || n %% 5, sha256('root'), sha256(n::text::bytea), n %% 40, 'ok', 1000 + n %% 900,
                    n %% 700, 0, 0, 0, 0, n * 1000::bigint, 'priced', 1, 0, now(), now(), false, 'turns', 0, n, '{}', now()
                FROM environments e, generate_series(%1$d, %2$d) n;
                COMMIT
                """.formatted(first, first + turns - 1));
    }

    /** What a new slot cannot know of is there: from now on rows come by the stream, and not by a copy. */
    private void awaitWhole() throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        while (!testbed.query("SELECT count(*) FROM replication_state WHERE NOT restoring")
                .equals("2")) {
            if (System.nanoTime() - begun > PATIENCE_NANOS) {
                throw new IllegalStateException("the streams do not flow");
            }
            Thread.sleep(100);
        }
    }

    private void awaitRows(long count) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (rows() < count) {
            if (System.nanoTime() - begun > PATIENCE_NANOS) {
                throw new IllegalStateException("waited in vain for " + count + " rows in ClickHouse");
            }
            Thread.sleep(20);
        }
    }

    /** By the parts' own counts, which cost nothing to ask for; that none came twice is looked at in the end. */
    private long rows() throws IOException {
        return Long.parseLong(clickHouse("SELECT count() FROM %s.turns_v1".formatted(database)));
    }

    private void requireDistinct() throws IOException {
        if (!clickHouse("SELECT uniqExact(turn_id) = count() FROM %s.turns_v1".formatted(database))
                .equals("1")) {
            throw new IllegalStateException("rows came twice: what was counted is no progress");
        }
    }

    private String clickHouse(String sql) throws IOException {
        return ClickHouseSql.run(testbed.engines.clickhouse(), sql);
    }

    private static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}

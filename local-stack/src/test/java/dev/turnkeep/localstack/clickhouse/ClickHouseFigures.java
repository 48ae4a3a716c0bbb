package dev.turnkeep.localstack.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.data_formats.ClickHouseBinaryFormatReader;
import com.clickhouse.client.api.data_formats.RowBinaryFormatWriter;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.metadata.TableSchema;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.data.ClickHouseFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.Engine;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Sources;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures the embedded ClickHouse on this machine, through the official client, and writes the figures down: run by
 * {@code make figures}. Client, server and engine share the machine, so these are figures of the
 * three together.
 */
@SuppressWarnings("try") // the client says that close() may throw anything
public final class ClickHouseFigures {

    private static final String TABLE = """
            CREATE TABLE turns (
                org LowCardinality(String), harness LowCardinality(String), session UUID, turn UInt64, seq UInt32,
                at DateTime64(6), model LowCardinality(String), input UInt32, output UInt32, cached UInt32,
                cost Decimal(18, 6), status Enum8('ok' = 1, 'failed' = 2), tags Array(String), text String,
                error Nullable(String), version UInt64,
                INDEX by_session session TYPE bloom_filter GRANULARITY 4)
            ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(at) ORDER BY (org, at, session, turn)""";

    private static final int SMALL = 10_000;
    private static final int LARGE = 200_000;
    private static final int SMALL_BATCHES = 30;
    private static final int LARGE_BATCHES = 5;
    private static final int STARTS = 5;
    private static final int POINTS = 200;
    private static final int GROUPS = 20;
    private static final int STREAMED = 3_000_000;

    private final Map<String, Object> figures = new LinkedHashMap<>();

    private ClickHouseFigures() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("clickhouse-figures-");
        try {
            Map<String, Object> figures = new ClickHouseFigures().measure(folder);
            byte[] json = new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsBytes(figures);
            Path target = Path.of(arguments[0]).toAbsolutePath();
            Files.createDirectories(target.getParent());
            Files.writeString(target, new String(json, UTF_8) + "\n");
        } finally {
            Folders.delete(folder);
        }
    }

    private Map<String, Object> measure(Path folder) throws Exception {
        var system = ManagementFactory.getOperatingSystemMXBean();
        figures.put("command", "make figures");
        figures.put("cores", system.getAvailableProcessors());
        figures.put("load_average_before", Math.round(system.getSystemLoadAverage() * 100) / 100.0);
        figures.put("java", System.getProperty("java.vm.version"));
        figures.put("client", Client.clientVersion);
        try (Engine<ClickHouseAddress> engine =
                LocalStack.of(folder, Sources.packages()).clickhouse()) {
            starts(engine);
            try (Client client = new Client.Builder()
                    .addEndpoint(engine.address().endpoint().toString())
                    .setUsername(engine.address().user())
                    .setPassword(engine.address().password())
                    .build()) {
                measure(client, folder);
            }
        }
        return figures;
    }

    private void starts(Engine<?> engine) {
        List<Long> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            engine.stop();
            starts.add(nanos(engine::start));
        }
        put("start_until_first_answer", starts);
    }

    private void measure(Client client, Path folder) throws Exception {
        figures.put("server", client.queryAll("SELECT version()").getFirst().getString(1));
        figures.put("memory_after_start_mib", residentMebibytes(folder));
        client.execute(TABLE).get().close();
        TableSchema schema = client.getTableSchema("turns");
        inserts("insert_batches_of_10000_by_1_client", SMALL, SMALL_BATCHES, 1, client, schema);
        inserts("insert_batches_of_10000_by_2_clients", SMALL, SMALL_BATCHES, 2, client, schema);
        inserts("insert_batches_of_200000_by_1_client", LARGE, LARGE_BATCHES, 1, client, schema);
        figures.put(
                "rows_in_table",
                client.queryAll("SELECT count() FROM turns").getFirst().getLong(1));
        repeat("select_1", POINTS, () -> client.queryAll("SELECT 1"));
        repeat("page_of_50_by_key", POINTS, () -> client.queryAll("""
                SELECT * FROM turns WHERE org = 'org-3' AND at < toDateTime64('2026-03-01 00:00:00', 6)
                ORDER BY org, at DESC LIMIT 50"""));
        repeat("page_of_50_by_key_final", GROUPS, () -> client.queryAll("""
                SELECT * FROM turns FINAL WHERE org = 'org-3' AND at < toDateTime64('2026-03-01 00:00:00', 6)
                ORDER BY org, at DESC LIMIT 50"""));
        repeat("group_by_org_and_model", GROUPS, () -> client.queryAll("""
                SELECT org, model, count(), sum(input), sum(cost) FROM turns GROUP BY org, model"""));
        stream(client);
        figures.put("memory_at_the_end_mib", residentMebibytes(folder));
    }

    private void inserts(String name, int rows, int batches, int clients, Client client, TableSchema schema)
            throws Exception {
        List<Long> times = new ArrayList<>();
        long began = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Long>> all = new ArrayList<>();
            for (int batch = 0; batch < batches; batch++) {
                long first = (long) batch * rows;
                all.add(threads.submit(() -> nanos(() -> insert(client, schema, first, rows))));
            }
            for (Future<Long> one : all) times.add(one.get());
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        put(name, times);
        figures.put(name + "_rows_per_second", Math.round((double) rows * batches / seconds));
    }

    private static Void insert(Client client, TableSchema schema, long first, int rows) throws Exception {
        client.insert(
                        "turns",
                        output -> {
                            var writer = new RowBinaryFormatWriter(output, schema, ClickHouseFormat.RowBinary);
                            for (long row = first; row < first + rows; row++) TurnRow.write(writer, row);
                        },
                        ClickHouseFormat.RowBinary,
                        new InsertSettings())
                .get()
                .close();
        return null;
    }

    private void stream(Client client) throws Exception {
        long began = System.nanoTime();
        long rows = 0;
        try (QueryResponse response = client.query("SELECT number, toString(number), number * 2, now() FROM numbers(%d)"
                                .formatted(STREAMED))
                        .get();
                ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response)) {
            for (; reader.hasNext(); rows++) reader.next();
        }
        if (rows != STREAMED) throw new IOException("only " + rows + " rows arrived");
        double seconds = (System.nanoTime() - began) / 1e9;
        figures.put("stream_3000000_rows_of_4_columns_rows_per_second", Math.round(rows / seconds));
    }

    private void repeat(String name, int times, Callable<?> call) throws Exception {
        for (int warm = 0; warm < 5; warm++) call.call();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < times; i++) all.add(nanos(call));
        put(name, all);
    }

    private void put(String name, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("n", sorted.length);
        figure.put("p50_ms", milliseconds(sorted[sorted.length / 2]));
        figure.put("p95_ms", milliseconds(sorted[(int) Math.min(sorted.length - 1L, sorted.length * 95L / 100)]));
        figure.put("max_ms", milliseconds(Arrays.stream(sorted).max().orElse(0)));
        figures.put(name, figure);
    }

    private static double milliseconds(long nanos) {
        return Math.round(nanos / 1e4) / 100.0;
    }

    private static long nanos(Callable<?> call) {
        long began = System.nanoTime();
        try {
            call.call();
        } catch (Exception e) {
            throw new IllegalStateException("a measurement failed", e);
        }
        return System.nanoTime() - began;
    }

    /** Of the server's whole process: Java and engine. */
    private static long residentMebibytes(Path folder) throws IOException {
        ProcessHandle server = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(folder.toString())
                        && process.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
        String status = Files.readString(Path.of("/proc", Long.toString(server.pid()), "status"));
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}

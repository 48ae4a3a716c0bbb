package dev.turnkeep.replication.service;

import static dev.turnkeep.replication.TestDatabase.until;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Engine;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceEnvironment;
import dev.turnkeep.localstack.run.ServiceProcess;
import dev.turnkeep.replication.EventTopic;
import dev.turnkeep.replication.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Engines of a test class's own, and replication-service as processes on them. */
final class Installation implements AutoCloseable {
    /** Whether strikes are in full, and not in small as beside every build. */
    static final boolean FULL = "full".equals(System.getenv("FAULTS"));

    /** What each process may use of the heap. */
    static final String HEAP = "256m";

    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    final LocalStack stack;
    final TestDatabase database;
    final EventTopic topic;
    /** Events that were published, and that Postgres no longer knows. */
    final Set<String> forgotten = new HashSet<>();

    private final Path data;
    private final StackAddresses engines;
    private final TestSpace space;
    private final List<ServiceProcess> running = new ArrayList<>();
    private @Nullable ServiceProcess one;
    private final HttpClient http = HttpClient.newHttpClient();

    /** An answer of a management port. */
    record Answer(int status, JsonNode body) {}

    Installation(Path data) {
        this.data = data;
        stack = LocalStack.of(data, Sources.packages());
        List.of(stack.kafka(), stack.postgres(), stack.clickhouse()).parallelStream()
                .forEach(Engine::start);
        engines = StackAddresses.of(stack);
        space = new TestSpace(
                engines.kafka(), "service.", engines.postgres(), engines.redis(), "service:", engines.clickhouse());
        database = new TestDatabase(space);
        topic = new EventTopic(space.kafkaBootstrap(), space.topicPrefix());
    }

    /** A process that is not started yet; it is stopped with the test. */
    ServiceProcess service(String name) {
        return service(name, Map.of());
    }

    /** @param settings besides those that say where everything is */
    ServiceProcess service(String name, Map<String, String> settings) {
        var placed = new Service("replication-service", "REPLICATION", Ports.free(), Ports.free(), HEAP, Map.of());
        var environment = new ServiceEnvironment(engines, space.topicPrefix(), space.redisKeyPrefix(), "", "");
        Map<String, String> variables = new TreeMap<>(environment.of(placed, Map.of()));
        variables.put("TURNKEEP_REPLICATION_EVENTS_SLOT", slot("events"));
        variables.put("TURNKEEP_REPLICATION_TABLES_SLOT", slot("tables"));
        variables.put("TURNKEEP_REPLICATION_EVENTS_UNREADY_AFTER", "1s");
        variables.put("TURNKEEP_REPLICATION_STREAM_UNREADY_AFTER", "2s");
        variables.put("TURNKEEP_REPLICATION_STREAM_HEARTBEAT", "1s");
        variables.put("TURNKEEP_REPLICATION_TABLES_NODES", "true");
        // So few at a time that a copy is struck before its end: it takes many statements after the first.
        variables.put("TURNKEEP_REPLICATION_TABLES_COPY_ROWS", FULL ? "2000" : "100");
        variables.putAll(settings);
        Path log = Path.of("target", "services", "replication-" + name + ".log");
        ServiceProcess service = new ServiceProcess(placed, Path.of(".."), variables, log);
        running.add(service);
        return service;
    }

    String slot(String stream) {
        return database.slot(stream);
    }

    /** The one service that most tests share, alone, with its streams flowing and the tables whole. */
    ServiceProcess flowing() {
        if (one == null) {
            one = service("one");
        }
        ServiceProcess service = one;
        service.launch();
        for (ServiceProcess other : List.copyOf(running)) {
            if (!other.equals(service)) {
                other.close();
                running.remove(other);
            }
        }
        service.awaitReady();
        awaitFlow(service);
        return service;
    }

    void awaitFlow(ServiceProcess service) {
        awaitState(service, "events", "streaming");
        awaitState(service, "tables", "streaming");
        until("the tables are whole", Books.PATIENCE, () -> database.column(
                        "SELECT restoring FROM replication_state ORDER BY stream")
                .equals(List.of("f", "f")));
    }

    void awaitState(ServiceProcess service, String stream, String state) {
        until(
                stream + " is " + state,
                () -> status(service, stream).path("state").asText().equals(state));
    }

    /** Of one stream; empty when the service does not answer. */
    JsonNode status(ServiceProcess service, String stream) {
        for (JsonNode each : ask(service, "GET", "/status").body().path("streams")) {
            if (each.path("stream").asText().equals(stream)) {
                return each;
            }
        }
        return JSON.nullNode();
    }

    Answer ask(ServiceProcess service, String method, String path) {
        try {
            URI uri = service.service().managementUrl().resolve(path);
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(ANSWER)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
        } catch (IOException e) {
            return new Answer(0, JSON.nullNode());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The rows of a query in ClickHouse, as tab-separated text; {@code $} stands for the database and its dot. */
    List<String> clickHouse(String sql) {
        try {
            String database = engines.clickhouse().database() + ".";
            return ClickHouseSql.run(engines.clickhouse(), sql.replace("$", database))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The most memory that a process ever had, in bytes, as the kernel counts it. */
    static long peakResident(ServiceProcess service) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(service.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps what Postgres has at this moment. */
    void backUpPostgres() {
        // Looked at in a recovery only: there is no archive.
        database.execute("ALTER SYSTEM SET restore_command = 'false'");
        stack.postgres().stop();
        copy(cluster(), backup());
        stack.postgres().start();
    }

    /** Brings it back, as it was; or as a server that was promoted, on another timeline of its log. */
    void restorePostgres(boolean promoted) {
        stack.postgres().stop();
        Commands.run(List.of("rm", "-rf", cluster().toString()));
        copy(backup(), cluster());
        if (promoted) {
            // That there is such a file is all that counts.
            copy(cluster().resolve("PG_VERSION"), cluster().resolve("recovery.signal"));
        }
        stack.postgres().start();
        until("it may be written to", () -> database.column("SELECT pg_is_in_recovery()")
                .equals(List.of("f")));
    }

    /** Of the copy of Postgres that is read in ClickHouse. */
    String generation() {
        String comment = clickHouse("SELECT comment FROM system.tables WHERE name = 'sessions_v1'")
                .getFirst();
        return comment.substring(comment.indexOf(' ') + 1);
    }

    /** Keeps what ClickHouse has at this moment. */
    void backUpClickHouse() {
        stack.clickhouse().stop();
        copy(data.resolve("clickhouse"), data.resolve("clickhouse-backup"));
        stack.clickhouse().start();
    }

    /** Brings it back, as it was. */
    void restoreClickHouse() {
        stack.clickhouse().stop();
        copy(data.resolve("clickhouse-backup"), data.resolve("clickhouse"));
        stack.clickhouse().start();
    }

    private Path cluster() {
        return data.resolve("postgres").resolve("cluster");
    }

    private Path backup() {
        return data.resolve("backup");
    }

    private static void copy(Path from, Path to) {
        Commands.run(List.of("rm", "-rf", to.toString()));
        if (!Commands.run(List.of("cp", "-a", from.toString(), to.toString())).succeeded()) {
            throw new IllegalStateException("cannot copy " + from);
        }
    }

    /** What Postgres does not know is nobody's any more. */
    void forgetEvents() {
        forgotten.addAll(topic.distinctIds());
        database.column("SELECT id FROM session_events").forEach(forgotten::remove);
    }

    void stopServices() {
        running.forEach(ServiceProcess::close);
        running.clear();
    }

    @Override
    public void close() {
        stopServices();
        topic.close();
        stack.close();
        http.close();
    }
}

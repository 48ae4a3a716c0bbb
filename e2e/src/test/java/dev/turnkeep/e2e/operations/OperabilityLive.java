package dev.turnkeep.e2e.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.fault.Ledger;
import dev.turnkeep.e2e.fault.Ledger.Balance;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator relies on, with a system as it is deployed: secrets from a file, lines in JSON, traces sent to a collector,
 * two instances while one is replaced. Run by {@code make operability}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperabilityLive {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String OTHER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final Duration STOP = Duration.ofMinutes(1);

    private final List<ServiceProcess> instances = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();
    private TestSpace space;
    private Collector collector;
    private Turnkeep turnkeep;
    private ServiceProcess reaper;
    private ServiceProcess replication;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path secrets = Files.write(folder.resolve("secrets.properties"), Turnkeep.secrets());
        space = TestSpace.open();
        collector = new Collector();
        settings.putAll(Map.of(
                "TURNKEEP_ADMIN_KEY", "",
                "TURNKEEP_MASTER_KEY", "",
                "QUARKUS_CONFIG_LOCATIONS", secrets.toString(),
                "TURNKEEP_LOG_FORMAT", "json",
                "QUARKUS_SHUTDOWN_DELAY", "1s",
                "QUARKUS_OTEL_SDK_DISABLED", "false",
                "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", collector.address().toString(),
                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                "QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "200ms"));
        StackAddresses engines = new StackAddresses(space.kafka(), space.postgres(), space.redis(), space.clickhouse());
        turnkeep = Turnkeep.start(engines, space.topicPrefix(), space.redisKeyPrefix(), settings);
        settings.put("TURNKEEP_REPLICATION_EVENTS_SLOT", turnkeep.serverWide("events"));
        settings.put("TURNKEEP_REPLICATION_TABLES_SLOT", turnkeep.serverWide("tables"));
        settings.put("TURNKEEP_REAPER_REAP_EVERY", "1s");
        reaper = instance(Service.REAPER, "reaper");
        replication = instance(Service.REPLICATION, "replication");
    }

    private ServiceProcess instance(Service service, String name) {
        ServiceProcess instance = turnkeep.instance(service, name, settings);
        instances.add(instance);
        return instance;
    }

    @AfterAll
    void stop() {
        instances.forEach(ServiceProcess::close);
        if (turnkeep != null) {
            turnkeep.close();
        }
        if (collector != null) {
            collector.close();
        }
        if (space != null) {
            space.close();
        }
    }

    @Test
    @Order(1)
    void aTurnIsOneTraceFromItsRequestToTheEventThatItBrings() {
        // Given
        Tenant tenant = turnkeep.tenant("traced");
        byte[] turn = Turn.in("traced").request("traced-1").json().toString().getBytes(StandardCharsets.UTF_8);

        // When
        tenant.ingest()
                .send(
                        "POST",
                        "/v1/ingest",
                        turn,
                        Map.of("Content-Type", "application/json", "traceparent", "00-" + TRACE + "-" + SPAN + "-01"))
                .expecting(202);

        // Then
        span("ingest-service", "POST /v1/ingest");
        span("ingest-service", "send " + space.topicPrefix() + "turns.v1");
        span("session-service", "process " + space.topicPrefix() + "turns.v1");
        span("replication-service", "send " + space.topicPrefix() + "session-events.v1");
        for (String table : List.of("turns", "session_events")) {
            assertThat(turnkeep.database()
                            .strings("SELECT traceparent FROM " + table + " WHERE org_id = ?", tenant.org()))
                    .as(table)
                    .singleElement()
                    .asString()
                    .matches("00-" + TRACE + "-(?!" + SPAN + ")[0-9a-f]{16}-01");
        }
    }

    private void span(String service, String name) {
        Await.until(service + " has sent its span " + name, () -> collector.has(service, TRACE, name));
    }

    @Test
    @Order(2)
    void everyLineIsAnObjectAndNoneSaysWhatSomebodySaid() throws IOException {
        // Given
        Tenant tenant = turnkeep.tenant("marked");
        Marked marked = Marked.fresh();

        // When
        marked.accepted(tenant, OTHER_TRACE);
        marked.refused(tenant);
        marked.sessions(tenant);
        turnkeep.turnLog().awaitConsumed();
        Await.until("the events are published", () -> !turnkeep.turnLog()
                .sessionEvents(tenant.org(), "session.started")
                .isEmpty());

        // Then
        List<String> refusals = new ArrayList<>();
        for (String service : List.of("session", "ingest", "reaper", "replication")) {
            for (String line : Files.readAllLines(turnkeep.log(service))) {
                if (line.startsWith("NOTE: Picked up JDK_JAVA_OPTIONS")) {
                    // The launcher's word on what these tests' JVM was given; no service has said it.
                    continue;
                }
                assertThat(line).doesNotContain(marked.mark(), marked.place(), tenant.key());
                JsonNode json = parsed(line);
                for (String member : List.of("timestamp", "level", "service", "logger", "thread", "message")) {
                    assertThat(json.path(member).asText()).as(line).isNotEmpty();
                }
                if (json.path("message").asText().startsWith("turn refused")) {
                    refusals.add(json.path("traceId").asText());
                }
            }
        }
        assertThat(refusals).contains(OTHER_TRACE);
        assertThat(collector.says(marked.mark())).isFalse();
        assertThat(collector.says(tenant.key())).isFalse();
    }

    private static JsonNode parsed(String line) {
        try {
            return Http.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not an object: " + line, e);
        }
    }

    @Test
    @Order(3)
    void aServiceThatCannotUseItsSettingsNamesThemAllAndEnds(@TempDir Path folder) throws Exception {
        // Given
        Service placed = Service.REAPER.on(Ports.free(), Ports.free());
        Map<String, String> wrong = Map.of(
                "TURNKEEP_REAPER_BATCH", "0",
                "TURNKEEP_REAPER_RETIRE_EVERY", "0s",
                "TURNKEEP_KAFKA_BOOTSTRAP", "nowhere",
                "TURNKEEP_POSTGRES_URL", "postgres://nowhere?password=hunter2");
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                        Commands.java(),
                        "-Xmx128m",
                        "-jar",
                        placed.jar(Turnkeep.checkout()).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(turnkeep.variables(placed, wrong));

        // When
        Process process = builder.start();
        try {
            assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        // Then
        assertThat(process.exitValue()).isNotZero();
        assertThat(Files.readString(log))
                .contains("settings that cannot be used:")
                .contains("turnkeep.reaper.batch (TURNKEEP_REAPER_BATCH): 1 to 10000, but it is 0")
                .contains("turnkeep.reaper.retire.every (TURNKEEP_REAPER_RETIRE_EVERY)")
                .contains("turnkeep.kafka.bootstrap (TURNKEEP_KAFKA_BOOTSTRAP)")
                .contains("turnkeep.postgres.url (TURNKEEP_POSTGRES_URL)")
                .doesNotContain("hunter2");
    }

    @Test
    @Order(4)
    void aServiceWhoseEnginesAreAwayWaitsAndSaysForWhat() throws IOException {
        // Given
        Map<String, String> away = new HashMap<>(settings);
        away.put("TURNKEEP_KAFKA_BOOTSTRAP", "127.0.0.1:1");
        away.put("TURNKEEP_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/turnkeep");
        away.put("TURNKEEP_REDIS_URL", "redis://127.0.0.1:1");
        Service placed = Service.INGEST.on(Ports.free(), Ports.free());
        Path log = turnkeep.log("waiting");

        // When
        try (ServiceProcess waiting =
                new ServiceProcess(placed, Turnkeep.checkout(), turnkeep.variables(placed, away), log)) {
            waiting.launch();
            Await.until("it says what it waits for", () -> text(log).contains("the service waits for what it needs"));

            // Then
            assertThat(waiting.running()).isTrue();
            assertThat(waiting.ready()).isFalse();
        }
        assertThat(text(log))
                .contains("Kafka at 127.0.0.1:1: does not answer")
                .contains("Postgres at 127.0.0.1:1/turnkeep: does not answer")
                .contains("Redis (the service works without it): does not answer");
    }

    private static String text(Path log) {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Order(5)
    void everyServiceIsReplacedUnderLoadAndNothingIsLost() throws IOException {
        // Given
        Tenant tenant = turnkeep.tenant("rolling");
        Callers posting;
        try (Doors ingest = new Doors(tenant.key(), turnkeep.ingestService());
                Doors sessions = new Doors(tenant.key(), turnkeep.sessionService());
                Callers callers = Callers.start(ingest, sessions)) {
            callers.awaitMore();

            // When
            ingest.add(instance(Service.INGEST, "ingest-2"));
            callers.awaitMore();
            ingest.stop(turnkeep.ingestService());
            callers.awaitMore();
            sessions.add(instance(Service.SESSION, "session-2"));
            callers.awaitMore();
            sessions.stop(turnkeep.sessionService());
            callers.awaitMore();
            for (ServiceProcess leaving : List.of(replication, reaper)) {
                instance(leaving.service(), leaving.service().name() + "-2");
                ProcessHandle.of(leaving.pid()).orElseThrow().destroy();
                Await.until("the instance has ended", STOP, () -> !leaving.running());
                callers.awaitMore();
            }
            posting = callers;
        }
        turnkeep.turnLog().awaitConsumed();

        // Then
        assertThat(posting.worse()).isEmpty();
        assertThat(new Ledger(turnkeep.database(), tenant.org()).balance(posting.accepted()))
                .isEqualTo(new Balance(posting.accepted().size(), Set.of(), Set.of(), List.of(), List.of()));
        Set<String> written = new HashSet<>(turnkeep.database()
                .strings(
                        "SELECT id::text FROM session_events WHERE org_id = ? AND type = 'session.started'",
                        tenant.org()));
        Await.until(
                "every event is published",
                () -> new HashSet<>(turnkeep.turnLog().sessionEvents(tenant.org(), "session.started")).equals(written));
        assertThat(Files.readString(turnkeep.log("session-2"))).doesNotContain("\"level\":\"ERROR\"");
    }
}

package dev.turnkeep.replication.event;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceEnvironment;
import dev.turnkeep.localstack.run.ServiceProcess;
import dev.turnkeep.replication.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The service as processes of their own, on engines of this class's own: they are killed, frozen and brought back. */
@TestInstance(Lifecycle.PER_CLASS)
class ServiceIT {
    private static final String HEAP = "128m";
    // Heap, and what a JVM, its code and the driver's and Kafka's buffers take beside it.
    private static final long RESIDENT = 420L * 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<ServiceProcess> running = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private LocalStack stack;
    private StackAddresses engines;
    private TestSpace space;
    private TestDatabase database;
    private EventTopic topic;

    @BeforeAll
    void startEngines(@TempDir Path data) {
        stack = LocalStack.of(data, Sources.packages());
        stack.kafka().start();
        stack.postgres().start();
        engines = StackAddresses.of(stack);
        space = new TestSpace(
                engines.kafka(), "service.", engines.postgres(), engines.redis(), "service:", engines.clickhouse());
        database = new TestDatabase(space);
        topic = new EventTopic(space.kafkaBootstrap(), space.topicPrefix());
    }

    @AfterAll
    void stopEngines() {
        topic.close();
        stack.close();
        http.close();
    }

    @BeforeEach
    void empty() {
        topic.records();
        database.execute("DELETE FROM session_events");
    }

    @AfterEach
    void stopServices() {
        running.forEach(ServiceProcess::close);
        running.clear();
    }

    private ServiceProcess service(String name) {
        var placed = new Service("replication-service", "REPLICATION", Ports.free(), Ports.free(), HEAP, Map.of());
        var environment = new ServiceEnvironment(engines, space.topicPrefix(), space.redisKeyPrefix(), "", "");
        Map<String, String> variables = new TreeMap<>(environment.of(placed, Map.of()));
        variables.put("TURNKEEP_REPLICATION_TABLES_ENABLED", "false");
        variables.put("TURNKEEP_REPLICATION_EVENTS_SLOT", database.slot("service"));
        variables.put("TURNKEEP_REPLICATION_EVENTS_UNREADY_AFTER", "1s");
        variables.put("TURNKEEP_REPLICATION_STREAM_IN_FLIGHT", "16M");
        Path log = Path.of("target", "services", "replication-" + name + ".log");
        ServiceProcess service = new ServiceProcess(placed, Path.of(".."), variables, log);
        running.add(service);
        return service;
    }

    private List<String> inserted() {
        return database.column("SELECT id FROM session_events");
    }

    private void awaitAll() {
        List<String> all = inserted();
        until("every event is published", () -> topic.distinctIds().containsAll(all));
    }

    private JsonNode status(ServiceProcess service) {
        try {
            URI uri = service.service().managementUrl().resolve("/status");
            HttpResponse<String> answer =
                    http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            return JSON.readTree(answer.body()).at("/streams/0");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitState(ServiceProcess service, String state) {
        until("it is " + state, () -> status(service).path("state").asText().equals(state));
    }

    @Test
    void losesNothingWhenItIsKilledFiveTimesUnderLoad() {
        // Given
        Random moments = new Random();
        ServiceProcess service = service("killed");

        // When
        for (int kill = 0; kill < 5; kill++) {
            service.start();
            int published = topic.records().size();
            for (int i = 0; i < 30; i++) {
                database.insertEvents(200);
            }
            int more = moments.nextInt(3_000);
            until("some of it is published", () -> topic.records().size() > published + more);
            service.kill();
        }
        service.start();

        // Then
        awaitAll();
        assertThat(inserted()).hasSize(5 * 30 * 200);
    }

    @Test
    void waitsForAFrozenKafkaAndSaysSo() {
        // Given
        ServiceProcess service = service("waiting");
        service.start();
        awaitState(service, "streaming");

        // When
        stack.kafka().suspend();
        try {
            database.insertEvents(5_000);
            until("it is not ready", () -> !service.ready());
            assertThat(status(service).path("trouble").asText()).isEqualTo("Kafka confirms no events");
            assertThat(status(service).path("rows_in_flight").asInt()).isPositive();
        } finally {
            stack.kafka().resume();
        }

        // Then
        awaitAll();
        until("it is ready", service::ready);
    }

    @Test
    void comesBackWhenPostgresWasKilled() {
        // Given
        ServiceProcess service = service("postgres");
        service.start();
        awaitState(service, "streaming");
        database.insertEvents(2_000);

        // When
        stack.postgres().kill();
        stack.postgres().start();
        database.insertEvents(2_000);

        // Then
        awaitAll();
        until("it is ready", service::ready);
    }

    @Test
    void letsAnotherReplicaTakeOverWhenTheLeaderIsKilled() {
        // Given
        ServiceProcess leader = service("leader");
        leader.start();
        awaitState(leader, "streaming");
        ServiceProcess standby = service("standby");
        standby.start();
        awaitState(standby, "standby");
        database.insertEvents(5_000);

        // When
        leader.kill();
        database.insertEvents(5_000);

        // Then
        awaitState(standby, "streaming");
        awaitAll();
        assertThat(inserted()).hasSize(10_000);
    }

    @Test
    void confirmsAndReleasesEverythingOnAnOrderlyStop() {
        // Given
        ServiceProcess first = service("stopped");
        first.start();
        awaitState(first, "streaming");
        database.insertEvents(3_000);
        awaitAll();

        // When
        first.stop();
        int published = topic.records().size();
        ServiceProcess second = service("successor");
        second.start();
        awaitState(second, "streaming");
        database.insertEvents(10);
        awaitAll();

        // Then
        assertThat(topic.records()).as("nothing came again").hasSize(published + 10);
    }

    @Test
    void bringsATransactionOf200000EventsWithinItsMemory() throws IOException {
        // Given
        ServiceProcess service = service("large");
        service.start();
        awaitState(service, "streaming");

        // When
        database.insertEvents(200_000);

        // Then
        awaitAll();
        assertThat(inserted()).hasSize(200_000);
        assertThat(peakResident(service)).isLessThan(RESIDENT);
    }

    /** The most memory that the process ever had, in bytes, as the kernel counts it. */
    private static long peakResident(ServiceProcess service) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(service.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}

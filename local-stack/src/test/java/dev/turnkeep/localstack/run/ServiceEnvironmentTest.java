package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.KafkaAddress;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.RedisAddress;
import dev.turnkeep.localstack.StackAddresses;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceEnvironmentTest {

    static final StackAddresses ENGINES = new StackAddresses(
            new KafkaAddress("127.0.0.1:1"),
            new PostgresAddress("127.0.0.1", 2, "turnkeep", "ada", "secret"),
            new RedisAddress("127.0.0.1", 3),
            ClickHouseAddress.local(4));

    private final ServiceEnvironment environment =
            new ServiceEnvironment(ENGINES, "turnkeep.", "turnkeep:", "the admin key", "the master key");

    @Test
    void pointsAServiceAtTheEnginesAndItsPorts() {
        assertThat(environment.of(Service.INGEST.on(4, 5), Map.of()))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("TURNKEEP_KAFKA_BOOTSTRAP", "127.0.0.1:1"),
                        Map.entry("TURNKEEP_KAFKA_TOPIC_PREFIX", "turnkeep."),
                        Map.entry("TURNKEEP_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:2/turnkeep"),
                        Map.entry("TURNKEEP_POSTGRES_USER", "ada"),
                        Map.entry("TURNKEEP_POSTGRES_PASSWORD", "secret"),
                        Map.entry("TURNKEEP_REDIS_URL", "redis://127.0.0.1:3"),
                        Map.entry("TURNKEEP_REDIS_KEY_PREFIX", "turnkeep:"),
                        Map.entry("TURNKEEP_CLICKHOUSE_URL", "http://127.0.0.1:4"),
                        Map.entry("TURNKEEP_CLICKHOUSE_DATABASE", "default"),
                        Map.entry("TURNKEEP_CLICKHOUSE_USER", "default"),
                        Map.entry("TURNKEEP_CLICKHOUSE_PASSWORD", ""),
                        Map.entry("TURNKEEP_ADMIN_KEY", "the admin key"),
                        Map.entry("TURNKEEP_MASTER_KEY", "the master key"),
                        Map.entry("TURNKEEP_TOPIC_PARTITIONS", "4"),
                        Map.entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
                        Map.entry("QUARKUS_HTTP_PORT", "4"),
                        Map.entry("QUARKUS_MANAGEMENT_HOST", "127.0.0.1"),
                        Map.entry("QUARKUS_MANAGEMENT_PORT", "5")));
    }

    @Test
    void whatTheCallerChoseWins() {
        // When
        Map<String, String> variables = environment.of(
                Service.SESSION,
                Map.of(
                        "TURNKEEP_TOPIC_PARTITIONS", "12",
                        "TURNKEEP_SOMETHING", "new",
                        "QUARKUS_LOG_LEVEL", "DEBUG",
                        "HOME", "/home/ada"));

        // Then
        assertThat(variables)
                .containsEntry("TURNKEEP_TOPIC_PARTITIONS", "12")
                .containsEntry("TURNKEEP_SOMETHING", "new")
                .containsEntry("QUARKUS_LOG_LEVEL", "DEBUG")
                .doesNotContainKey("HOME");
    }

    @Test
    void aServicesOwnVariablesComeOnTopOfTheCommonOnes() {
        // Given
        Service service = new Service("late-service", "LATE", 1, 2, "64m", Map.of("TURNKEEP_TOPIC_PARTITIONS", "1"));

        // Then
        assertThat(environment.of(service, Map.of())).containsEntry("TURNKEEP_TOPIC_PARTITIONS", "1");
    }

    @Test
    void neverPrintsAKey() {
        assertThat(environment.toString()).doesNotContain("the admin key", "the master key", "secret");
    }

    @Test
    void everyServiceHasPortsAndAJarOfItsOwn() {
        assertThat(Service.ALL)
                .extracting(Service::name)
                .startsWith("session-service")
                .contains("ingest-service");
        assertThat(Service.ALL)
                .flatExtracting(Service::port, Service::managementPort)
                .doesNotHaveDuplicates();
        assertThat(Service.SESSION.jar(Path.of("/checkout")))
                .hasToString("/checkout/session-service/target/quarkus-app/quarkus-run.jar");
    }
}

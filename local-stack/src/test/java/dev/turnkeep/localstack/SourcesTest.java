package dev.turnkeep.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.Sources.Container;
import dev.turnkeep.localstack.Sources.External;
import dev.turnkeep.localstack.Sources.Packaged;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {

    @Test
    void arePackagesOnFreePortsUnlessToldOtherwise() {
        assertThat(from(Map.of())).isEqualTo(Sources.packages());
    }

    @Test
    void anAddressMakesThatEngineAloneExternal() {
        // When
        Sources sources = from(Map.of(
                "TURNKEEP_STACK_SOURCE", "containers",
                "POSTGRES_URL", "jdbc:postgresql://db.example:6432/sessions?user=ada&password=a%26b",
                "KAFKA_PORT", "9092"));

        // Then
        assertThat(sources.kafka()).isEqualTo(new Container<KafkaAddress>(9092));
        assertThat(sources.postgres())
                .isEqualTo(new External<>(new PostgresAddress("db.example", 6432, "sessions", "ada", "a&b")));
        assertThat(sources.redis()).isEqualTo(new Container<RedisAddress>(0));
    }

    @Test
    void externalNeedsEveryAddress() {
        assertThatThrownBy(() -> from(Map.of("TURNKEEP_STACK_SOURCE", "external", "KAFKA_BOOTSTRAP", "k:9092")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TURNKEEP_STACK_SOURCE=external needs POSTGRES_URL");
    }

    @Test
    void anUnknownSourceIsRefused() {
        assertThatThrownBy(() -> from(Map.of("TURNKEEP_STACK_SOURCE", "cloud")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("packages, containers or external");
    }

    @Test
    void packagesTakeThePortsThatAreGiven() {
        assertThat(from(Map.of("REDIS_PORT", "6380")).redis()).isEqualTo(new Packaged<RedisAddress>(6380));
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://ada:secret@db/sessions, db, 5432, sessions, ada, secret",
        "jdbc:postgresql://db:1/sessions?user=ada, db, 1, sessions, ada, ''",
    })
    void postgresIsAddressedByEitherForm(
            String url, String host, int port, String database, String user, String password) {
        assertThat(PostgresAddress.parse(url))
                .isEqualTo(new PostgresAddress(host, port, database, user, password))
                .hasToString(user + "@" + host + ":" + port + "/" + database);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://db/sessions", "postgresql:///sessions?user=a", "postgresql://db?user=a"})
    void anIncompletePostgresAddressIsRefusedWithoutItsSecrets(String url) {
        assertThatThrownBy(() -> PostgresAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("POSTGRES_URL")
                .hasMessageNotContaining(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rediss://r:1", "redis://user:pw@r:1", "redis://r:1/2", "r:6379"})
    void aRedisAddressThatCannotBeExpressedIsRefused(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("REDIS_URL");
    }

    @Test
    void aLoginInTheUrlSurvivesTheRoundTrip() {
        // Given
        PostgresAddress address = new PostgresAddress("db", 1, "sessions", "ada", "p&ss=w+rd %?");

        // Then
        assertThat(PostgresAddress.parse(address.jdbcUrlWithLogin())).isEqualTo(address);
    }

    private static Sources from(Map<String, String> values) {
        return Sources.from(new Settings(values::get));
    }
}

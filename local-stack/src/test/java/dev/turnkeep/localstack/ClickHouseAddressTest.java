package dev.turnkeep.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClickHouseAddressTest {

    @Test
    void readsAWholeUrl() {
        assertThat(ClickHouseAddress.parse("https://me:p%40ss@ch.example:8444/sessions"))
                .isEqualTo(new ClickHouseAddress(URI.create("https://ch.example:8444"), "sessions", "me", "p@ss"));
    }

    @Test
    void needsNothingButAHost() {
        assertThat(ClickHouseAddress.parse("http://localhost"))
                .isEqualTo(new ClickHouseAddress(URI.create("http://localhost:8123"), "default", "default", ""));
        assertThat(ClickHouseAddress.parse("https://localhost/").endpoint()).hasPort(8443);
    }

    @Test
    void readsWhatItWrites() {
        // Given
        var address = new ClickHouseAddress(URI.create("http://h:1"), "db", "user", "a:b/c @%");

        // Then
        assertThat(ClickHouseAddress.parse(address.urlWithLogin())).isEqualTo(address);
    }

    @Test
    void isAPlainUrlWhenNothingIsToBeSaidBesideIt() {
        assertThat(ClickHouseAddress.local(8123).urlWithLogin()).isEqualTo("http://127.0.0.1:8123");
        assertThat(ClickHouseAddress.local(8123).withDatabase("turnkeep").urlWithLogin())
                .isEqualTo("http://default@127.0.0.1:8123/turnkeep");
    }

    @Test
    void refusesOtherProtocols() {
        assertThatThrownBy(() -> ClickHouseAddress.parse("clickhouse://localhost:9000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CLICKHOUSE_URL must be http(s)://");
    }

    @Test
    void neverPrintsThePassword() {
        assertThat(ClickHouseAddress.parse("http://me:secret@h").toString()).doesNotContain("secret");
    }

    @Test
    void comesFromAContainerAloneWhenItsPackageCannotRun() {
        // Given
        Map<String, String> variables = Map.of("CLICKHOUSE_SOURCE", "containers", "CLICKHOUSE_PORT", "18124");

        // When
        Sources sources = Sources.from(new Settings(variables::get));

        // Then
        assertThat(sources.clickhouse()).isEqualTo(new Sources.Container<>(18124));
        assertThat(sources.kafka()).isEqualTo(new Sources.Packaged<>(0));
    }

    @Test
    void isExternalWhenAUrlIsGiven() {
        // Given
        Map<String, String> variables = Map.of("CLICKHOUSE_URL", "http://h:1");

        // Then
        assertThat(Sources.from(new Settings(variables::get)).clickhouse())
                .isEqualTo(new Sources.External<>(ClickHouseAddress.parse("http://h:1")));
    }
}

package dev.turnkeep.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void takesBlankForAbsent() {
        // Given
        Settings settings = settings(Map.of("NAME", "  "));

        // Then
        assertThat(settings.value("NAME")).isNull();
        assertThat(settings.value("NAME", "otherwise")).isEqualTo("otherwise");
        assertThat(settings.port("NAME", 7)).isEqualTo(7);
    }

    @Test
    void aSystemPropertyWinsOverTheEnvironment() {
        // Given
        System.setProperty("path", "from the property");

        // Then
        try {
            assertThat(Settings.ofProcess().value("PATH")).isEqualTo("from the property");
        } finally {
            System.clearProperty("path");
        }
        assertThat(Settings.ofProcess().value("PATH")).isEqualTo(System.getenv("PATH"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "http"})
    void namesTheVariableThatIsNoPort(String value) {
        assertThatThrownBy(() -> settings(Map.of("REDIS_PORT", value)).port("REDIS_PORT", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("REDIS_PORT=" + value + " is not a port");
    }

    private static Settings settings(Map<String, String> values) {
        return new Settings(values::get);
    }
}

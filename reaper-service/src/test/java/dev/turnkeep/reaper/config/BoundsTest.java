package dev.turnkeep.reaper.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.reaper.ReaperSpace;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundsTest {
    @Test
    void theDefaultsAreInBounds() {
        assertThatCode(() -> check("batch", "500")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claim-lease",
                "max-lease-age",
                "reap.every",
                "sweep.every",
                "expire.every",
                "retire.every",
                "vacuum.every",
                "vacuum.placeholder-age",
                "check.every",
                "check.event-retention",
                "check.published-within"
            })
    void everyDurationMayBeASecond(String setting) {
        assertThatCode(() -> check(setting, "1s")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "batch, 0",
        "batch, -1",
        "batch, 100000",
        "parallel, 0",
        "parallel, 1000",
        "claim-lease, 0s",
        "max-lease-age, -1s",
        "retry-min, 0s",
        "retry-max, 1s",
        "dead-letter-after, 0",
        "reap.every, 0s",
        "sweep.every, 999ms",
        "expire.every, -1s",
        "retire.every, 0s",
        "vacuum.every, 0s",
        "vacuum.placeholder-age, 0s",
        "check.every, 0s",
        "check.sessions, -1",
        "check.event-retention, 0s",
        "check.published-within, 0s"
    })
    void whatIsOutOfBoundsIsNamedWithItsBounds(String setting, String value) {
        assertThatThrownBy(() -> check(setting, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("turnkeep\\.reaper\\." + setting.replace(".", "\\.") + ": .+ to .+, but it is .+");
    }

    private static void check(String setting, String value) {
        Bounds.check(ReaperSpace.config(Map.of("turnkeep.reaper." + setting, value)));
    }
}

package dev.turnkeep.reaper.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.reaper.ReaperSpace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundsTest {
    @Test
    void theDefaultsAreInBounds() {
        assertThat(faults(Map.of("batch", "500"))).isEmpty();
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
        assertThat(faults(Map.of(setting, "1s"))).isEmpty();
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
        assertThat(faults(Map.of(setting, value)))
                .singleElement()
                .asString()
                .matches("turnkeep\\.reaper\\." + setting.replace(".", "\\.")
                        + " \\([A-Z_]+\\): .+ to .+, but it is .+");
    }

    @Test
    void allThatIsOutOfBoundsIsToldAtOnce() {
        // When
        List<String> faults = faults(Map.of("batch", "0", "parallel", "0", "retire.every", "0s"));

        // Then
        assertThat(faults)
                .containsExactly(
                        "turnkeep.reaper.batch (TURNKEEP_REAPER_BATCH): 1 to 10000, but it is 0",
                        "turnkeep.reaper.parallel (TURNKEEP_REAPER_PARALLEL): 1 to 64, but it is 0",
                        "turnkeep.reaper.retire.every (TURNKEEP_REAPER_RETIRE_EVERY): PT1S to PT720H, but it is PT0S");
    }

    private static List<String> faults(Map<String, String> settings) {
        Map<String, String> named = new HashMap<>();
        settings.forEach((setting, value) -> named.put("turnkeep.reaper." + setting, value));
        Findings findings = new Findings();
        new Bounds(ReaperSpace.config(named)).check(findings);
        return findings.refused();
    }
}

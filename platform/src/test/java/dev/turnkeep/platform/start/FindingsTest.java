package dev.turnkeep.platform.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings();

    @Test
    void tellsEverythingThatIsWrongByBothOfItsNames() {
        // When
        findings.within("turnkeep.some-feature.batch", 0, 1, 10);
        findings.within("turnkeep.some-feature.batch", 10, 1, 10);
        findings.within("turnkeep.pause", Duration.ZERO, Duration.ofSeconds(1), Duration.ofDays(1));
        findings.shorter("turnkeep.lock", Duration.ofSeconds(2), "turnkeep.statement", Duration.ofSeconds(2));
        findings.require(false, "turnkeep.url", "has to be a URL");
        findings.require(true, "turnkeep.url", "is not said");
        findings.doubt("turnkeep.key", "is not given");

        // Then
        assertThat(findings.refused())
                .containsExactly(
                        "turnkeep.some-feature.batch (TURNKEEP_SOME_FEATURE_BATCH): 1 to 10, but it is 0",
                        "turnkeep.pause (TURNKEEP_PAUSE): PT1S to PT24H, but it is PT0S",
                        "turnkeep.lock (TURNKEEP_LOCK): has to be shorter than turnkeep.statement, which is PT2S,"
                                + " but it is PT2S",
                        "turnkeep.url (TURNKEEP_URL): has to be a URL");
        assertThat(findings.doubtful()).containsExactly("turnkeep.key (TURNKEEP_KEY): is not given");
    }
}

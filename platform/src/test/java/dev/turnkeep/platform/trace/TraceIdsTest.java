package dev.turnkeep.platform.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdsTest {
    @Test
    void goesOnWithTheCallersTrace() {
        // Given
        String header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        // When, Then
        assertThat(Traceparent.wellFormed(header)).contains(header);
        assertThat(TraceIds.of(header)).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "junk",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void makesATraceIdUpForAHeaderOfNoUse(String header) {
        assertThat(Traceparent.wellFormed(header)).isEmpty();
        assertThat(TraceIds.of(header)).matches("[0-9a-f]{32}");
    }
}

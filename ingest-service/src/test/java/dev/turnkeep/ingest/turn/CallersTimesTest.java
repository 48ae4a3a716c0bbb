package dev.turnkeep.ingest.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.Turns;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallersTimesTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void prefersWhatTheCallerCaptured() {
        // When
        CallersTimes times = times("""
                {"captured_at":"2026-03-01T12:00:00+00:00","ts_request":"2026-03-01T11:00:00Z","elapsed_seconds":2}""");

        // Then
        assertThat(times).isEqualTo(new CallersTimes(NOON, "2026-03-01T12:00:00+00:00", Duration.ofSeconds(2)));
    }

    @Test
    void addsTheElapsedTimeToThatOfTheRequest() {
        // When
        CallersTimes times = times("""
                {"ts_request":"2026-03-01t12:00:00z","elapsed_seconds":0.25}""");

        // Then
        assertThat(times.completedAt()).isEqualTo(NOON.plusMillis(250));
        assertThat(times.asWritten()).isEqualTo("2026-03-01t12:00:00z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "604800.1", "1e999", "null"})
    void takesNoNoticeOfAnElapsedTimeOfNoUse(String elapsed) {
        // When
        CallersTimes times = times("{\"ts_request\":\"2026-03-01T12:00:00Z\",\"elapsed_seconds\":" + elapsed + "}");

        // Then
        assertThat(times).isEqualTo(new CallersTimes(NOON, "2026-03-01T12:00:00Z", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0001-01-01T00:00:00Z"})
    void takesATimeThatWasNeverSetForAbsent(String never) {
        assertThat(times("{\"captured_at\":\"" + never + "\"}").completedAt()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"12:00", "2026-03-01", "2026-03-01T12:00:00", "1969-12-31T23:59:59Z", "+12026-01-01T00:00:00Z"})
    void refusesWhatIsNoTimeOfATurn(String text) {
        assertThatThrownBy(() -> times("{\"captured_at\":\"" + text + "\"}"))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.field()).isEqualTo("meta.captured_at"));
    }

    @Test
    void leavesOutResponseTimesThatCannotBe() {
        assertThat(CallersTimes.plausible(Instant.EPOCH.minusSeconds(1))).isNull();
        assertThat(CallersTimes.plausible(null)).isNull();
        assertThat(CallersTimes.plausible(NOON)).isEqualTo(NOON);
    }

    private static CallersTimes times(String meta) {
        return CallersTimes.of(
                Fields.read("meta", Turns.raw(meta), Set.of("captured_at", "ts_request"), Set.of("elapsed_seconds")));
    }
}

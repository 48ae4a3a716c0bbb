package dev.turnkeep.session.list;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodTest {
    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "30m, 2026-03-10T11:30:00Z",
        "1h, 2026-03-10T11:00:00Z",
        "7d, 2026-03-03T12:00:00Z",
        "1w, 2026-03-03T12:00:00Z",
        "2 weeks, 2026-02-24T12:00:00Z",
        "1h30m, 2026-03-10T10:30:00Z",
        "'1 hour, 30 minutes', 2026-03-10T10:30:00Z",
        "1.5H, 2026-03-10T10:30:00Z",
        "250ms, 2026-03-10T11:59:59.750Z"
    })
    void readsHowFarBack(String text, Instant expected) {
        assertThat(Period.before(NOW, text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "d", "7", "-1d", "0s", "7 parsecs", "1d now", "99999y", "1e9d", "P7D", "1d\u0000", "٣d"
            })
    void refusesWhatIsNoPeriod(String text) {
        assertThat(Period.before(NOW, text)).isEmpty();
    }
}

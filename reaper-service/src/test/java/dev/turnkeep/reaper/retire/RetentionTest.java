package dev.turnkeep.reaper.retire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.reaper.ReaperSpace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {
    @Test
    void daysMayBeFractions() {
        assertThat(Retention.ofDays(90).age()).contains(Duration.ofDays(90));
        assertThat(Retention.ofDays(0.5).age()).contains(Duration.ofHours(12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, -1, -90})
    void zeroDisablesAndLessCountsAsZero(double days) {
        assertThat(Retention.ofDays(days).age()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e9})
    void refusesWhatIsNoNumberOfDays(double days) {
        assertThatThrownBy(() -> Retention.ofDays(days)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ninety", "90d", "1,5"})
    void whatCannotBeReadStopsTheStart(String setting) {
        assertThatThrownBy(() -> ReaperSpace.config(Map.of("turnkeep.reaper.retire.max-age-days", setting)))
                .isInstanceOf(RuntimeException.class);
    }
}

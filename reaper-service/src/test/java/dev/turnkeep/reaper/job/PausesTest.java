package dev.turnkeep.reaper.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void aPauseIsUpToATenthShorter() {
        // Given
        Pauses pauses = new Pauses(false, Duration.ofSeconds(1));

        // Then
        assertThat(pauses.after(true, MINUTE, 0)).isEqualTo(MINUTE);
        assertThat(pauses.after(true, MINUTE, 1)).isEqualTo(Duration.ofSeconds(54));
    }

    @Test
    void aTimeOfDayIsNeverAnticipatedSoThatThereIsOneRunADay() {
        // Given
        Pauses pauses = new Pauses(true, Duration.ofSeconds(1));

        // Then
        assertThat(pauses.after(true, DAY, 0)).isEqualTo(DAY);
        assertThat(pauses.after(true, DAY, 1)).isEqualTo(DAY.plus(MINUTE));
    }

    @Test
    void aFailedRunIsTriedAgainSoonAndThenLessOften() {
        // Given
        Pauses pauses = new Pauses(false, Duration.ofSeconds(1));

        // Then
        assertThat(pauses.after(false, MINUTE, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pauses.after(false, MINUTE, 0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(pauses.after(false, Duration.ofSeconds(3), 0))
                .as("never later than the next run")
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(pauses.after(true, MINUTE, 0)).isEqualTo(MINUTE);
        assertThat(pauses.after(false, MINUTE, 0)).isEqualTo(Duration.ofSeconds(1));
    }
}

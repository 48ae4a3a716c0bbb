package dev.turnkeep.platform.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @Test
    void windowsBeginAtTheSameMomentsForEverybody() {
        // Given
        Duration window = Duration.ofSeconds(10);

        // When / Then
        assertThat(Allowance.resetAfter(NOON, window)).isEqualTo(NOON.plusSeconds(10));
        assertThat(Allowance.resetAfter(NOON.plusMillis(9_999), window)).isEqualTo(NOON.plusSeconds(10));
        assertThat(Allowance.resetAfter(NOON.plusSeconds(10), window)).isEqualTo(NOON.plusSeconds(20));
    }

    @Test
    void theLastRequestOfTheLimitIsAllowedAndTheNextIsNot() {
        assertThat(new Allowance(5, 5, NOON).exceeded()).isFalse();
        assertThat(new Allowance(5, 6, NOON).exceeded()).isTrue();
        assertThat(new Allowance(5, 9, NOON).remaining()).isZero();
    }
}

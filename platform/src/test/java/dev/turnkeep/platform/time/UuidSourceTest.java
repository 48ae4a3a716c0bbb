package dev.turnkeep.platform.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UuidSourceTest {
    @Test
    void carriesTheClocksTime() {
        // Given
        Instant at = Instant.parse("2026-03-01T12:00:00.123Z");
        UuidSource source = new UuidSource(Clock.fixed(at, ZoneOffset.UTC), new Random(7));

        // When
        UUID id = source.next();

        // Then
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16)).isEqualTo(at);
        assertThat(source.next()).isNotEqualTo(id);
    }
}

package dev.turnkeep.reaper.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SightingsTest {
    private static final SessionId SESSION = new SessionId(new UUID(0, 1));
    private static final Instant FIRST = Instant.parse("2026-05-01T12:00:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(60);
    private static final Instant THIRD = SECOND.plusSeconds(60);

    private final Sightings sightings = new Sightings();

    @Test
    void remembersSinceWhenItHasBeenSo() {
        // Given
        sightings.seen(SESSION, FIRST);
        sightings.done();

        // Then
        assertThat(sightings.seen(SESSION, SECOND)).isEqualTo(FIRST);
    }

    @Test
    void forgetsWhatWasNotSeenInBetween() {
        // Given
        sightings.seen(SESSION, FIRST);
        sightings.done();
        sightings.done();

        // Then
        assertThat(sightings.isEmpty()).isTrue();
        assertThat(sightings.seen(SESSION, THIRD)).isEqualTo(THIRD);
    }

    @Test
    void aLookThatBreaksOffForgetsNothing() {
        // Given
        sightings.seen(SESSION, FIRST);
        sightings.done();
        sightings.abandoned();

        // Then
        assertThat(sightings.seen(SESSION, THIRD)).isEqualTo(FIRST);
    }
}

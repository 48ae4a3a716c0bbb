package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SampleTurn.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PendingTurnTest {
    private static final Instant A_WEEK_LATER = NOON.plus(Duration.ofDays(7));

    private final SampleTurn turn =
            SampleTurn.in(new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test")), "s-1", "r-1");

    @Test
    void aTurnWithoutATimeHappenedWhenItCame() {
        assertThat(turn.untimed().receivedAt(NOON).pending().times().eventAt()).isEqualTo(NOON);
    }

    @Test
    void oneThatWasPutBackHappenedWhenItFirstCame() {
        // When
        PendingTurn back =
                turn.untimed().receivedAt(A_WEEK_LATER).putBackFrom(NOON).pending();

        // Then
        assertThat(back.times().eventAt()).isEqualTo(NOON);
        assertThat(back.times().receivedAt()).isEqualTo(A_WEEK_LATER);
        assertThat(back.firstTimes().receivedAt()).isEqualTo(NOON);
    }

    @Test
    void itsOwnTimeHoldsWhenItHasOne() {
        // Given
        Instant own = NOON.minusSeconds(5);

        // When
        PendingTurn back =
                turn.at(own).receivedAt(A_WEEK_LATER).putBackFrom(NOON).pending();

        // Then
        assertThat(back.times().eventAt()).isEqualTo(own);
    }
}

package dev.turnkeep.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.platform.http.RetryLater;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);

    @Test
    void givesBackOnceWhatARequestHolds() {
        // Given
        Reservation other = budget.open();
        other.grow(10);
        Reservation reservation = budget.open();
        reservation.grow(50);
        reservation.grow(40);

        // When
        reservation.close();
        reservation.close();

        // Then
        assertThat(budget.used()).isEqualTo(10);
    }

    @Test
    void takesAgainForOneThatGoesOnInSteps() {
        // Given
        Reservation reservation = budget.open();
        reservation.grow(90);

        // When
        reservation.giveBack();
        reservation.grow(80);

        // Then
        assertThat(budget.used()).isEqualTo(80);
        reservation.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void takesNothingForARequestWhoseClientLeftBeforeItsBytesCame() {
        // Given
        Reservation reservation = budget.open();
        reservation.close();

        // When
        assertThatThrownBy(() -> reservation.grow(60)).isInstanceOf(RetryLater.class);

        // Then
        assertThat(budget.used()).isZero();
    }
}

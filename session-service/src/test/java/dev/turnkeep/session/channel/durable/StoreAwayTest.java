package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.platform.http.RetryLater;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAwayTest {
    @ParameterizedTest
    @ValueSource(strings = {"08006", "53300", "57P01", "57014", "25006", "40001", "40P01", "55P03"})
    void whatPassesByItselfIsWorthWaitingFor(String state) {
        assertThat(StoreAway.orElse(refusal(state))).isInstanceOf(RetryLater.class);
        assertThat(StoreAway.orElse(new VertxException("closed"))).isInstanceOf(RetryLater.class);
    }

    @Test
    void whatIsWrongStaysWrong() {
        // Given
        PgException refused = refusal("23505");
        IllegalStateException other = new IllegalStateException();

        // When / Then
        assertThat(StoreAway.orElse(refused)).isSameAs(refused);
        assertThat(StoreAway.orElse(other)).isSameAs(other);
    }

    private static PgException refusal(String state) {
        return new PgException("refused", "ERROR", state, "");
    }
}

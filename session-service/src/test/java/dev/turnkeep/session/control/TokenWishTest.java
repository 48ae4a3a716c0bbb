package dev.turnkeep.session.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.contracts.problem.Invalid;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenWishTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "30s,PT30S",
        "90 secs,PT90S",
        "15m,PT15M",
        "1 minute from now,PT1M",
        "2 hours,PT2H",
        "1.5h,PT1H30M",
        "3 Hrs,PT3H",
        "7d,P7D",
        "1w,P7D",
        "0.5 years,PT4383H"
    })
    void readsSpans(String text, Duration lifetime) {
        assertThat(TokenWish.of(wish(text), NOON).lifetime()).isEqualTo(lifetime);
    }

    @Test
    void readsAMomentInSeconds() {
        // Given
        ObjectNode object =
                scoped().put("expirationTime", (int) NOON.plusSeconds(90).getEpochSecond());

        // When / Then
        assertThat(TokenWish.of(new Fields(object), NOON).lifetime()).isEqualTo(Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0s",
                "366d",
                "2y",
                "soon",
                "",
                "-5m",
                "500ms",
                "3 months",
                "1mo",
                "10sausages",
                "5m ago",
                "1,5h",
                "h"
            })
    void refusesWhatIsNoSpanWithinAYear(String text) {
        assertThatThrownBy(() -> TokenWish.of(wish(text), NOON)).isInstanceOf(Invalid.class);
    }

    @Test
    void refusesATokenThatMayDoNothing() {
        // Given
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.putArray("scopes");

        // When / Then
        assertThatThrownBy(() -> TokenWish.of(new Fields(object), NOON)).isInstanceOf(Invalid.class);
    }

    private static Fields wish(String expirationTime) {
        return new Fields(scoped().put("expirationTime", expirationTime));
    }

    private static ObjectNode scoped() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.putArray("scopes").add("read:sessions:x");
        return object;
    }
}

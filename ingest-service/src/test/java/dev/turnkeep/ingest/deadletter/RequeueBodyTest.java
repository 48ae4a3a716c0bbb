package dev.turnkeep.ingest.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.Turns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequeueBodyTest {
    @Test
    void readsEachIdOnceAndInTheOrderOfTheTopic() {
        assertThat(RequeueBody.ids(Turns.raw("{\"ids\":[\"2-1\",\"0-17\",\"0-3\",\"2-1\"]}")))
                .extracting(LetterId::toString)
                .containsExactly("0-3", "0-17", "2-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | invalid_envelope",
                "{\"ids\":7} | invalid_envelope",
                "{\"ids\":[]} | invalid_envelope",
                "{\"ids\":[7]} | invalid_envelope",
                "{\"ids\":[\"3\"]} | invalid_field",
                "{\"ids\":[\"-3-1\"]} | invalid_field",
                "{\"ids\":[\"1-9999999999999999999\"]} | invalid_field",
                "{\"ids\":[ | malformed",
            })
    void refusesWhatNamesNoLetter(String body, String code) {
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> RequeueBody.ids(Turns.raw(body)))
                .satisfies(invalid -> assertThat(invalid.problem().code()).isEqualTo(code));
    }

    @Test
    void takesNoMoreThanAThousand() {
        // Given
        StringBuilder ids = new StringBuilder("{\"ids\":[");
        for (int i = 0; i < 1001; i++) {
            ids.append(i == 0 ? "" : ",").append("\"0-").append(i).append('"');
        }

        // When / Then
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> RequeueBody.ids(Turns.raw(ids + "]}")))
                .satisfies(invalid -> assertThat(invalid.field()).isEqualTo("ids"));
    }
}

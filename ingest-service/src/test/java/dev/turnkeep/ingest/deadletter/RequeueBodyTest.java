package dev.turnkeep.ingest.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.Turns;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequeueBodyTest {
    @Test
    void readsEachIdOnceAndInTheOrderOfTheTopic() {
        assertThat(((RequeueBody.Named) RequeueBody.read(Turns.raw("{\"ids\":[\"2-1\",\"0-17\",\"0-3\",\"2-1\"]}")))
                        .ids())
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
                "{\"ids\":[\"0-1\"],\"filter\":{}} | invalid_envelope",
                "{\"filter\":7} | invalid_envelope",
                "{\"filter\":{\"again\":1}} | invalid_envelope",
                "{\"filter\":{\"until\":\"May\"}} | invalid_field",
                "{\"filter\":{},\"cursor\":\"x\"} | invalid_field",
            })
    void refusesWhatNamesNoLetter(String body, String code) {
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> RequeueBody.read(Turns.raw(body)))
                .satisfies(invalid -> assertThat(invalid.problem().code()).isEqualTo(code));
    }

    @Test
    void readsWhichLettersAreMeantAndWhereToGoOn() {
        // When
        RequeueBody all = RequeueBody.read(Turns.raw("{\"filter\":{}}"));
        RequeueBody some = RequeueBody.read(
                Turns.raw(
                        "{\"filter\":{\"code\":\"unknown_session\",\"stage\":\"session\",\"org_id\":\"o\","
                                + "\"from\":\"2026-01-31T00:00:00Z\",\"until\":\"2026-02-01T00:00:00Z\",\"again\":true},\"cursor\":\"3-17\"}"));

        // Then
        assertThat(all)
                .isEqualTo(new RequeueBody.Matching(
                        new LetterFilter(null, null, null, null, null, false), LetterId.FIRST));
        assertThat(some)
                .isEqualTo(new RequeueBody.Matching(
                        new LetterFilter(
                                "unknown_session",
                                "session",
                                "o",
                                Instant.parse("2026-01-31T00:00:00Z"),
                                Instant.parse("2026-02-01T00:00:00Z"),
                                true),
                        new LetterId(3, 17)));
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
                .isThrownBy(() -> RequeueBody.read(Turns.raw(ids + "]}")))
                .satisfies(invalid -> assertThat(invalid.field()).isEqualTo("ids"));
    }
}

package dev.turnkeep.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyFormatTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "Application/JSON; charset=UTF-8", "text/json", "application/vnd.acme+json"})
    void takesEveryTypeThatEndsInJsonForJson(String type) {
        assertThat(BodyFormat.of(type)).isEqualTo(BodyFormat.JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "application/jsonl;charset=\"utf-8\""})
    void knowsLinesOfJson(String type) {
        assertThat(BodyFormat.of(type)).isEqualTo(BodyFormat.NDJSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"})
    void refusesAnythingElse(String type) {
        assertThatThrownBy(() -> BodyFormat.of(type)).isInstanceOf(Invalid.class);
    }

    @Test
    void refusesLinesWhereOneValueIsExpected() {
        assertThatThrownBy(() -> BodyFormat.NDJSON.requiring(BodyFormat.JSON)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> BodyFormat.of(null)).isInstanceOf(Invalid.class);
    }
}

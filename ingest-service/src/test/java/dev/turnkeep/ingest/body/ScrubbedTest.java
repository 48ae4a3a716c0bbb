package dev.turnkeep.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.json.RawJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScrubbedTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"\\u0000\", \"\\ufffd\"",
                "\"\\ud800\", \"\\ufffd\"",
                "\"\\udc00\", \"\\ufffd\"",
                "\"\\ud800x\\udc00\", \"\\ufffdx\\ufffd\"",
                "\"\\ud800\\ud83d\\ude00\", \"\\ufffd\\ud83d\\ude00\"",
                "\"\\ud83d\\ude00\", \"\\ud83d\\ude00\"",
                "\"\\\\u0000\", \"\\\\u0000\"",
                "\"\\\\\\u0000\", \"\\\\\\ufffd\"",
                "\"\\n\\u00e9\", \"\\n\\u00e9\"",
                "\"\\uD800\\n\", \"\\ufffd\\n\""
            })
    void replacesEscapesOfNulAndLoneSurrogates(String json, String scrubbed) {
        assertThat(Scrubbed.json(RawJson.of(json))).hasToString(scrubbed);
    }

    @Test
    void leavesTheBytesOfACleanValueWhereTheyAre() {
        // Given
        RawJson clean = RawJson.of("{\"k\":\"v\\t\"}");

        // When, Then
        assertThat(Scrubbed.json(clean)).isSameAs(clean);
    }

    @Test
    void replacesInTextsUnitByUnit() {
        assertThat(Scrubbed.text("a\0b\ud800\ud83d\ude00\udc00")).isEqualTo("a\ufffdb\ufffd\ud83d\ude00\ufffd");
    }
}

package dev.turnkeep.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.Turns;
import dev.turnkeep.ingest.body.BodyFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchBodyTest {
    private static final int MOST = 3;

    @Test
    void slicesTheTurnsAsTheyWereGiven() {
        assertThat(turns("{\"x\":[{}],\"turns\":[ {\"a\" : 1.0} ,7, \"s\"]}", BodyFormat.JSON))
                .containsExactly("{\"a\" : 1.0}", "7", "\"s\"");
    }

    @Test
    void letsTheLastOfRepeatedMembersCount() {
        assertThat(turns("{\"turns\":[1,2],\"turns\":[3]}", BodyFormat.JSON)).containsExactly("3");
    }

    @Test
    void takesEveryLineThatIsNotBlankForATurn() {
        assertThat(turns("\n{\"a\":1}\r\n  \n{\"b\":", BodyFormat.NDJSON)).containsExactly("{\"a\":1}\r", "{\"b\":");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "[], INVALID_ENVELOPE",
                "{}, INVALID_ENVELOPE",
                "{\"turns\":null}, INVALID_ENVELOPE",
                "{\"turns\":[]}, EMPTY_BATCH",
                "{\"turns\":[{}], MALFORMED",
                "{\"turns\":[{}]}{}, MALFORMED",
                "`{\"turns\":[1,2,3,4]}`, TOO_LARGE"
            })
    void refusesABodyThatHoldsNoTurns(String body, Problem problem) {
        assertProblem(body, BodyFormat.JSON, problem);
    }

    @Test
    void refusesNoLinesAndTooManyOfThem() {
        assertProblem("\n \r\n", BodyFormat.NDJSON, Problem.EMPTY_BATCH);
        assertProblem("1\n2\n3\n4", BodyFormat.NDJSON, Problem.TOO_LARGE);
    }

    private static void assertProblem(String body, BodyFormat format, Problem problem) {
        assertThatThrownBy(() -> turns(body, format))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.problem()).isEqualTo(problem));
    }

    private static List<String> turns(String body, BodyFormat format) {
        return BatchBody.turns(Turns.raw(body), format, MOST).stream()
                .map(Object::toString)
                .toList();
    }
}

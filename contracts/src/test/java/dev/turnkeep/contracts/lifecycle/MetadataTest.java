package dev.turnkeep.contracts.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetadataTest {
    @Test
    void mergesMemberByMemberAndTheLastWriteWins() {
        assertThat(Metadata.merge("{\"a\":1,\"b\":{\"x\":1}}", "{\"b\":{\"y\":2},\"c\":null}"))
                .isEqualTo("{\"a\":1,\"b\":{\"y\":2},\"c\":null}");
    }

    @Test
    void keepsWhatIsThereWhenNothingNewIsSaid() {
        assertThat(Metadata.merge("{\"a\":1}", Metadata.EMPTY)).isEqualTo("{\"a\":1}");
        assertThat(Metadata.merge(Metadata.EMPTY, "{\"a\":1}")).isEqualTo("{\"a\":1}");
    }

    @Test
    void isTheSameWhenTheSameIsSaidAgain() {
        // Given
        String once = Metadata.merge("{\"a\":1}", "{\"b\":2}");

        // When / Then
        assertThat(Metadata.merge(once, "{\"b\":2}")).isEqualTo(once);
    }

    /** A number beyond what a Java number type reads, or too long for a parser's default, once failed the whole batch. */
    @Test
    void keepsValuesAsTheyWereGiven() {
        // Given
        String digits = "1".repeat(2_000);

        // When / Then
        assertThat(Metadata.merge("{\"a\":1e99999999999}", "{\"b\":1.0,\"c\":" + digits + ",\"d\":\"\\u00e9\"}"))
                .isEqualTo("{\"a\":1e99999999999,\"b\":1.0,\"c\":" + digits + ",\"d\":\"\\u00e9\"}");
    }

    @Test
    void keepsStrangeNames() {
        assertThat(Metadata.merge("{\"zo\\u00eb\":1,\"\\\"\\n\":2}", "{\"zoë\":3,\"\\u0000\":\"\\ud800\"}"))
                .isEqualTo("{\"zoë\":3,\"\\\"\\n\":2,\"\\u0000\":\"\\ud800\"}");
    }

    @Test
    void keepsTheOlderObjectWholeWhereTheMergeExceedsTheCap() {
        // Given
        String older = "{\"a\":\"" + "x".repeat(Metadata.CAP_BYTES - 100) + "\"}";
        String newer = "{\"b\":\"" + "é".repeat(60) + "\"}";

        // When / Then
        assertThat(Metadata.merge(older, newer)).isEqualTo(older);
        assertThat(Metadata.merge(older, "{\"a\":0}")).isEqualTo("{\"a\":0}");
    }

    @Test
    void holdsAsMuchAsTheCap() {
        // Given
        String full = "{\"a\":\"" + "x".repeat(Metadata.CAP_BYTES - 8) + "\"}";

        // When / Then
        assertThat(Metadata.merge(Metadata.EMPTY, full)).isEqualTo(full);
        assertThat(Metadata.merge(Metadata.EMPTY, full.replace("x\"", "xx\""))).isEqualTo(Metadata.EMPTY);
    }
}

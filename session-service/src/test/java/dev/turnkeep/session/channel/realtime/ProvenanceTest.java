package dev.turnkeep.session.channel.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.problem.Invalid;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenanceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "actionSource",
                "{\"actionSource\":\"webhook\"}",
                "{\"payload\":{\"actionSource\":\"channel\", \"n\":1.50}}",
                "{\"payload\":\"actionSource webhook\"}",
                "{\"payload\":{\"actionSource\":\"webhook\"}",
                "{\"text\":\"\\u00e4\"}"
            })
    void leavesEverythingElseAsItIs(String body) {
        assertThat(Provenance.checked(Buffer.buffer(body)).toString()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"payload\":{\"a\":1,\"actionSource\":\"webhook\"}}",
                "{\"payload\":{\"action\\u0053ource\":\"web\\u0068ook\",\"a\":1}}",
                "{\"payload\":{},\"payload\":{\"actionSource\":\"webhook\",\"a\":1}}"
            })
    void takesAForgedClaimOut(String body) {
        assertThat(Provenance.checked(Buffer.buffer(body)).toString()).isEqualTo("{\"payload\":{\"a\":1}}");
    }

    @Test
    void refusesWhatItCannotLookInto() {
        String deep = "[".repeat(5000) + "\"actionSource\"" + "]".repeat(5000);
        assertThatExceptionOfType(Invalid.class).isThrownBy(() -> Provenance.checked(Buffer.buffer(deep)));
    }
}

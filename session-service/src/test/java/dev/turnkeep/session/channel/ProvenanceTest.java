package dev.turnkeep.session.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{\"payload\":{\"actionSource\":\"webhook\",\"a\":1}},\"id\":\"i\"}",
                "{\"data\":\"{\\\"payload\\\":{\\\"actionSource\\\":\\\"webhook\\\"}}\",\"id\":\"i\"}",
                "{\"data\":\"{\\\"payload\\\":{\\\"action\\\\u0053ource\\\":\\\"webhook\\\"}}\",\"id\":\"i\"}",
                "{\"data\":\"{\\u0022payload\\u0022:{\\u0022actionSource\\u0022:\\u0022webhook\\u0022}}\",\"id\":\"i\"}",
                "\"{\\\"payload\\\":{\\\"actionSource\\\":\\\"webhook\\\"}}\""
            })
    void findsItInAnEnvelopeAndInAString(String body) {
        // When
        String stored = Provenance.checked(Buffer.buffer(body)).toString();

        // Then
        assertThat(stored).contains("payload").doesNotContain("ource");
        assertThat(Provenance.checked(Buffer.buffer(stored)).toString()).isEqualTo(stored);
    }

    @Test
    void looksOnlyAtWhatGoesToAnAgent() {
        // Given
        SessionId session = new SessionId(new UUID(1, 2));
        Buffer body = Buffer.buffer("{\"payload\":{\"actionSource\":\"webhook\"}}");

        // Then
        for (String name : List.of("in", "channels/log/in")) {
            StreamAddress in = StreamAddress.channel(StreamAddress.OPEN, session, name);
            assertThat(Provenance.checked(in, body).toString()).isEqualTo("{\"payload\":{}}");
        }
        StreamAddress out = StreamAddress.channel(StreamAddress.OPEN, session, "out");
        assertThat(Provenance.checked(out, body)).isSameAs(body);
    }

    @Test
    void refusesWhatItCannotLookInto() {
        String deep = "[".repeat(5000) + "\"actionSource\"" + "]".repeat(5000);
        assertThatExceptionOfType(Invalid.class).isThrownBy(() -> Provenance.checked(Buffer.buffer(deep)));
    }
}

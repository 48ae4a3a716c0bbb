package dev.turnkeep.contracts.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The golden example pins what consumers of the topic rely on. */
class PublishedTranscriptTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HarnessSessionId SESSION = new HarnessSessionId("s-1");
    private static final HarnessId CLAUDE = new HarnessId("claude");
    private static final TranscriptRecord SAMPLE = new TranscriptRecord(
            TurnId.parse("0197b7d4-1111-5000-8000-000000000001"),
            new SessionKey(
                    new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production")),
                    CLAUDE,
                    SESSION),
            new SessionBlock(
                    CLAUDE,
                    SESSION,
                    null,
                    null,
                    null,
                    new AuthSubject("ann@example.org"),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null),
            "transcript:s-1:agent-7:0123456789abcdef",
            "agent-7",
            "reviewer",
            "Reviews the change",
            "toolu_1",
            "interacted",
            RawJson.of("[{\"type\":\"user\",\"n\":1e400},null]"),
            2,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

    @Test
    void isWrittenAsItHasAlwaysBeen() throws IOException {
        assertThat(JSON.readTree(SAMPLE.toJson())).isEqualTo(JSON.readTree(resource("/golden/transcript.v1.json")));
    }

    @Test
    void isDescribedMemberByMember() throws IOException {
        // Given
        JsonNode schema = JSON.readTree(resource("/schema/transcript.v1.json"));

        // When
        JsonNode written = JSON.readTree(SAMPLE.toJson());

        // Then
        written.fieldNames().forEachRemaining(name -> assertThat(
                        schema.at("/properties/" + name).isObject())
                .as(name)
                .isTrue());
        schema.get("required")
                .forEach(name ->
                        assertThat(written.has(name.asText())).as(name.asText()).isTrue());
        assertThat(schema.at("/properties/schema/const").asText()).isEqualTo(TranscriptRecord.SCHEMA);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(PublishedTranscriptTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }
}

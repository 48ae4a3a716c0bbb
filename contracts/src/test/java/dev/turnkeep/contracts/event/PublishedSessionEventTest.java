package dev.turnkeep.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.EventType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Consumers in other languages depend on these files: they are added to, never edited. */
class PublishedSessionEventTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCHEMA = resource("/schema/session-event.v1.json");
    private static final JsonSchema VALIDATOR =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SCHEMA);

    @ParameterizedTest
    @EnumSource(EventType.class)
    void writesEachMemberAsItHasAlwaysBeenWritten(EventType type) throws IOException {
        // Given
        JsonNode golden = JSON.readTree(golden(type.text().substring(type.text().indexOf('.') + 1)));
        assertThat(golden.get("type").asText()).isEqualTo("dev.turnkeep." + type.text());
        JsonNode trace = golden.get("traceparent");
        SessionCloudEvent event = new SessionCloudEvent(
                new EventId(UUID.fromString(golden.get("id").asText())),
                new OrgId(UUID.fromString("0197b7d4-2222-7000-8000-000000000002")),
                new EnvironmentName("production"),
                new SessionId(UUID.fromString("0197b7d4-3333-7000-8000-000000000003")),
                golden.get("type").asText().substring("dev.turnkeep.".length()),
                Instant.parse("2026-01-02T03:04:05.000006Z"),
                golden.get("data").toString(),
                trace == null ? null : trace.asText());

        // When
        byte[] written = event.value();

        // Then
        assertThat(JSON.readTree(written)).isEqualTo(golden);
        assertThat(event.key()).asString(StandardCharsets.UTF_8).isEqualTo("0197b7d4-3333-7000-8000-000000000003");
        assertThat(VALIDATOR.validate(new String(written, StandardCharsets.UTF_8), InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"specversion\": \"1.0\"', '\"specversion\": \"0.3\"'",
        "'\"source\": \"/turnkeep', '\"source\": \"/elsewhere'",
        "'dev.turnkeep.session.started', 'dev.turnkeep.session.begun'",
        "'\"kind\": \"new\"', '\"kind\": \"old\"'",
        "'05.000006Z', '05Z'",
        "'\"turn_count\": 2', '\"turn_count\": -2'"
    })
    void hasASchemaThatTellsRightFromWrong(String right, String wrong) {
        assertThat(golden("started")).contains(right);
        assertThat(VALIDATOR.validate(golden("started").replace(right, wrong), InputFormat.JSON))
                .isNotEmpty();
    }

    @Test
    void hasASchemaThatKnowsEveryType() throws IOException {
        // Given
        List<String> known = new ArrayList<>();
        JSON.readTree(SCHEMA).at("/properties/type/enum").forEach(type -> known.add(type.asText()));

        // Then
        assertThat(known)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(EventType.values())
                        .map(type -> "dev.turnkeep." + type.text())
                        .toList());
    }

    private static String golden(String example) {
        return resource("/golden/session-event.v1." + example + ".json");
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(PublishedSessionEventTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

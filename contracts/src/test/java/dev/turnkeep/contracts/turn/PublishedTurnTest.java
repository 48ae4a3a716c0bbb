package dev.turnkeep.contracts.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers in other languages depend on these files: they are added to, never edited. */
class PublishedTurnTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCHEMA = resource("/schema/turn.v1.json");
    private static final JsonSchema VALIDATOR =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SCHEMA);

    @ParameterizedTest
    @ValueSource(strings = {"full", "synthetic", "actor", "id", "external", "measured"})
    void readsEachMemberForWhatItHasAlwaysMeant(String example) {
        // When
        TurnRecord read = TurnReader.read(golden(example).getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(read).isEqualTo(SampleTurns.ALL.get(example));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "synthetic", "actor", "id", "external", "measured"})
    void writesEachMemberAsItHasAlwaysBeenWritten(String example) throws IOException {
        // When
        byte[] written = TurnCodec.write(Objects.requireNonNull(SampleTurns.ALL.get(example)));

        // Then
        assertThat(JSON.readTree(written)).isEqualTo(JSON.readTree(golden(example)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "synthetic", "actor", "id", "external", "measured"})
    void writesWhatTheSchemaSays(String example) {
        // When
        byte[] written = TurnCodec.write(Objects.requireNonNull(SampleTurns.ALL.get(example)));

        // Then
        assertThat(VALIDATOR.validate(new String(written, StandardCharsets.UTF_8), InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"schema\": \"turnkeep.turn.v1\"', '\"schema\": \"turnkeep.turn.v2\"'",
        "'\"status\": \"error\"', '\"status\": \"fine\"'",
        "'\"tool_calls\": 0', '\"tool_calls\": -1'",
        "'\"kind\": \"actor\"', '\"kind\": \"id\"'",
        "'\"hash\": \"7', '\"hash\": \"X'"
    })
    void hasASchemaThatTellsRightFromWrong(String right, String wrong) {
        assertThat(VALIDATOR.validate(golden("actor").replace(right, wrong), InputFormat.JSON))
                .isNotEmpty();
    }

    @Test
    void hasASchemaThatKnowsEveryMemberThatIsWritten() throws IOException {
        // Given
        List<String> known = new ArrayList<>();
        members("", JSON.readTree(SCHEMA), known);

        // When
        List<String> written = new ArrayList<>();
        for (String example : SampleTurns.ALL.keySet()) {
            paths("", JSON.readTree(golden(example)), written);
        }

        // Then
        assertThat(known).containsAll(new TreeSet<>(written));
    }

    @Test
    void keepsEveryMemberThatWasEverPublished() throws IOException {
        // Given
        List<String> known = new ArrayList<>();
        members("", JSON.readTree(SCHEMA), known);

        // When
        List<String> published = resource("/golden/turn.v1.members.txt").lines().toList();

        // Then
        assertThat(known).containsAll(published);
    }

    /** The paths of all members that the schema describes. */
    private static void members(String path, JsonNode schema, List<String> found) {
        schema.path("properties").properties().forEach(member -> {
            found.add(path + member.getKey());
            members(path + member.getKey() + ".", member.getValue(), found);
        });
        schema.path("oneOf").forEach(choice -> members(path, choice, found));
        if (schema.has("items")) {
            members(path, schema.get("items"), found);
        }
    }

    /** The paths of all members of a turn; what is kept as given is not looked into. */
    private static void paths(String path, JsonNode turn, List<String> found) {
        turn.properties().forEach(member -> {
            String name = path + member.getKey();
            found.add(name);
            switch (name) {
                case "address", "session", "usage", "usage.parts" -> paths(name + ".", member.getValue(), found);
                case "nodes" -> member.getValue().forEach(node -> paths(name + ".", node, found));
                default -> {}
            }
        });
    }

    private static String golden(String example) {
        return resource("/golden/turn.v1." + example + ".json");
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(PublishedTurnTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

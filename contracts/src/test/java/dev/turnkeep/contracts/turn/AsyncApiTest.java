package dev.turnkeep.contracts.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The document is for others: it says of every topic what is made here. */
class AsyncApiTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "asyncapi.yaml");

    @Test
    void describesEveryTopicAsItIsMade() throws IOException {
        // Given
        JsonNode channels =
                new YAMLMapper().readTree(Files.readString(DOCUMENT)).get("channels");
        List<String> described = new ArrayList<>();

        // When
        for (JsonNode channel : channels) {
            JsonNode kafka = channel.at("/bindings/kafka/topicConfiguration");
            described.add("%s %s %s %s"
                    .formatted(
                            channel.get("address").asText(),
                            kafka.at("/cleanup.policy/0").asText(),
                            kafka.get("retention.ms").asText(),
                            kafka.get("max.message.bytes").asText()));
        }

        // Then
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(new Topics("turnkeep.")
                        .all().stream()
                                .map(topic -> "%s %s %s %s"
                                        .formatted(
                                                topic.name(),
                                                topic.configs().get("cleanup.policy"),
                                                topic.configs().get("retention.ms"),
                                                topic.configs().get("max.message.bytes")))
                                .toList());
    }

    @Test
    void refersToSchemasThatAreThere() throws IOException {
        // Given
        JsonNode document = new YAMLMapper().readTree(Files.readString(DOCUMENT));

        // When
        List<String> files = document.findValuesAsText("$ref").stream()
                .filter(reference -> !reference.startsWith("#"))
                .toList();

        // Then
        assertThat(files).hasSize(3).allSatisfy(file -> assertThat(DOCUMENT.resolveSibling(file))
                .exists());
        for (String reference : document.findValuesAsText("$ref")) {
            if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            }
        }
    }
}

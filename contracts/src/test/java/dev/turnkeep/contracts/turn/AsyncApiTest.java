package dev.turnkeep.contracts.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    void saysHowManyPartitionsATopicIsMadeWith() throws IOException {
        // Given: what the service is configured with where nobody says otherwise
        Matcher standard = Pattern.compile("TURNKEEP_KAFKA_TOPIC_PARTITIONS` \\| `(\\d+)`")
                .matcher(Files.readString(DOCUMENT.resolveSibling("configuration.md")));
        assertThat(standard.find()).isTrue();

        // Then
        assertThat(document().get("channels")).hasSize(4).allSatisfy(channel -> {
            assertThat(channel.at("/bindings/kafka/partitions").asText()).isEqualTo(standard.group(1));
            assertThat(channel.at("/bindings/kafka/topic").asText())
                    .isEqualTo(channel.get("address").asText());
        });
    }

    /** As IngestIT finds them on the topics: the encodings of the turns' addresses. */
    @Test
    void showsTheKeyOfATurnOfEveryAddress() throws IOException {
        // Given
        Scope scope = new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production"));
        HarnessId harness = new HarnessId("claude");
        List<TurnAddress> addresses = List.of(
                new TurnAddress.SessionKey(scope, harness, new HarnessSessionId("s-1")),
                new TurnAddress.ActorSlot(scope, harness, new ActorId("ann")),
                new TurnAddress.ById(scope, SessionId.parseFriendly("session_00000000000000000000000001")),
                new TurnAddress.ByExternalId(scope, new ExternalId("order-7")));

        // Then
        assertThat(document().at("/components/messages/turn/bindings/kafka/key/examples"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(
                        addresses.stream().map(TurnAddress::encoded).toList());
    }

    @Test
    void namesTheHeadersOfADeadLetter() throws IOException {
        // Given
        JsonNode headers = document().at("/components/messages/deadLetter/headers");
        Problem problem = Problem.MALFORMED;
        Scope scope = new Scope(new OrgId(UUID.randomUUID()), new EnvironmentName("production"));
        DeadLetter most = new DeadLetter(
                scope,
                "session",
                problem,
                "why",
                Instant.EPOCH,
                new DeadLetter.Source("t", 0, 0),
                DeadLetter.Kind.TRANSCRIPT);
        DeadLetter least = new DeadLetter(null, "ingest", problem, "why", Instant.EPOCH, null);

        // Then
        assertThat(headers.get("properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(most.headers().keySet().stream(), Stream.of(DeadLetter.REQUEUED_FROM))
                                .toList());
        assertThat(headers.get("required"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(least.headers().keySet());
    }

    private static JsonNode document() throws IOException {
        return new YAMLMapper().readTree(Files.readString(DOCUMENT));
    }

    /** The producers' own tests compare what they write with the same constants. */
    @Test
    void saysOfSessionEventsWhatTheirRecordsAreMadeOf() throws IOException {
        // Given
        JsonNode message =
                new YAMLMapper().readTree(Files.readString(DOCUMENT)).at("/components/messages/sessionEvent");
        SessionCloudEvent event = new SessionCloudEvent(
                new EventId(UUID.randomUUID()),
                new OrgId(UUID.randomUUID()),
                new EnvironmentName("production"),
                new SessionId(UUID.randomUUID()),
                EventType.DELETED.text(),
                Instant.EPOCH,
                "{}",
                null);

        // Then
        assertThat(message.get("contentType").asText()).isEqualTo(SessionCloudEvent.CONTENT_TYPE);
        assertThat(message.at("/headers/properties/content-type/const").asText())
                .isEqualTo(SessionCloudEvent.CONTENT_TYPE);
        assertThat(message.at("/headers/required").get(0).asText()).isEqualTo("content-type");
        assertThat(message.at("/bindings/kafka/key/format").asText()).isEqualTo("uuid");
        assertThat(event.key())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(event.session().toString());
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

package dev.turnkeep.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.ingest.Service.Answer;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.ingest.kafka.Outgoing;
import dev.turnkeep.ingest.kafka.RecordLog;
import dev.turnkeep.ingest.otlp.Spans;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A small instance behind a gateway that tells whose callers they are. */
@QuarkusTest
@TestProfile(LimitsIT.Small.class)
@QuarkusTestResource(value = LocalStackResource.class, restrictToAnnotatedClass = true)
class LimitsIT {
    private static final String OPERATOR = "tk_admin_of_the_tests";
    private static final String LETTERS = "/v1/admin/dead-letters";
    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Inject
    IngestTopics topics;

    @Inject
    RecordLog log;

    @Inject
    ByteBudget budget;

    @BeforeEach
    void prepare() throws SQLException, InterruptedException {
        Keys.install(stack);
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
    }

    @Test
    void trustsTheGatewayForCallersWithoutACredential() {
        // Given
        String org = UUID.randomUUID().toString();
        String turn = Turns.anthropic("gateway", org);

        // When
        Answer trusted = service.turn(turn, "Authorization", "", "X-Org", org, "X-Env", "staging");
        Answer half = service.turn(turn, "Authorization", "", "X-Org", org);
        Answer unknownKey = service.turn(turn, "Authorization", "Bearer nobody", "X-Org", org, "X-Env", "staging");

        // Then
        assertThat(trusted.status()).as(trusted.whole().body()).isEqualTo(202);
        assertThat(half.status()).isEqualTo(401);
        assertThat(unknownKey.status()).isEqualTo(401);
        ConsumerRecord<byte[], byte[]> record = TopicReader.all(
                        stack.kafka(), stack.turnsTopic(), each -> new String(each.value(), UTF_8).contains(org))
                .getFirst();
        assertThat(TurnReader.read(record.value())
                        .address()
                        .scope()
                        .environment()
                        .value())
                .isEqualTo("staging");
    }

    @Test
    void refusesABodyThatThereIsNoRoomFor() {
        // Given
        String org = UUID.randomUUID().toString();
        String large = Turns.anthropic("budget", "x".repeat(4_000_000));

        // When
        Answer refused = service.turn(large, "Authorization", "", "X-Org", org, "X-Env", "test");

        // Then
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("/code")).isEqualTo("overloaded");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void refusesMoreThanAnOrganisationMayPost() {
        // Given
        String org = UUID.randomUUID().toString();
        String line = Turns.anthropic("rate", "hello") + "\n";

        // When
        Answer tooMany = service.batch(
                line.repeat(61),
                "Content-Type",
                "application/x-ndjson",
                "Authorization",
                "",
                "X-Org",
                org,
                "X-Env",
                "t");
        Answer batch = service.batch(
                line.repeat(60),
                "Content-Type",
                "application/x-ndjson",
                "Authorization",
                "",
                "X-Org",
                org,
                "X-Env",
                "t");
        Answer next = service.turn(line, "Authorization", "", "X-Org", org, "X-Env", "t");
        Answer other = service.turn(
                line, "Authorization", "", "X-Org", UUID.randomUUID().toString(), "X-Env", "t");

        // Then
        assertThat(tooMany.status()).isEqualTo(413);
        assertThat(tooMany.text("/detail")).contains("60 turns");
        assertThat(batch.status()).isEqualTo(202);
        assertThat(next.status()).isEqualTo(429);
        assertThat(next.text("/code")).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(next.header("Retry-After"))).isBetween(1, 50);
        assertThat(other.status()).isEqualTo(202);
    }

    @Test
    void takesAnExportOfMoreThanABatchMayBringAndHasTheNextOneWait() {
        // Given
        String org = UUID.randomUUID().toString();
        String call = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.conversation.id":"rate"}""";
        String export = Spans.export("EEE19B7EC3C1B100", call);
        for (int i = 1; i < 70; i++) {
            export = Spans.together(export, Spans.export("EEE19B7EC3C1B1%02X".formatted(i), call));
        }

        // When
        Answer whole = export(export, org);
        Answer next = export(export, org);

        // Then
        assertThat(whole.status()).as(whole.whole().body()).isEqualTo(200);
        assertThat(whole.body().at("/partialSuccess/rejectedSpans").asInt()).isZero();
        assertThat(next.status()).isEqualTo(429);
        assertThat(next.text("/code")).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(next.header("Retry-After"))).isBetween(1, 7);
    }

    private Answer export(String spans, String org) {
        return service.post(
                "/v1/otlp/v1/traces", spans.getBytes(UTF_8), "Authorization", "", "X-Org", org, "X-Env", "t");
    }

    @Test
    void listsLettersThatThereIsNoRoomForAndGivesTheBytesOfThoseThatFit() throws InterruptedException {
        // Given: more than may be in flight, and one that is small
        String code = UUID.randomUUID().toString();
        byte[] large = new byte[3_000_000];
        byte[] small = {1, 2, 3};
        for (byte[] value : List.of(large, large, large, small)) {
            log.append(List.of(new Outgoing(
                    topics.deadLetters(),
                    null,
                    RawJson.of(value, 0, value.length),
                    Map.of("stage", "ingest".getBytes(UTF_8), "code", code.getBytes(UTF_8)))));
        }

        // When
        List<JsonNode> letters = letters(code);

        // Then
        assertThat(letters)
                .extracting(letter -> letter.get("bytes").asInt())
                .containsExactlyInAnyOrder(3_000_000, 3_000_000, 3_000_000, 3);
        for (JsonNode letter : letters) {
            String path = LETTERS + "/" + letter.get("id").asText();
            Answer value = service.get(path + "/value", OPERATOR);
            assertThat(service.get(path, OPERATOR).status()).isEqualTo(200);
            if (letter.get("bytes").asInt() == 3) {
                assertThat(value.whole().body()).isEqualTo("\u0001\u0002\u0003");
            } else {
                assertThat(value.status()).isEqualTo(503);
                assertThat(value.text("/code")).isEqualTo("overloaded");
            }
        }
        Eventually.holds("what was held is given back", () -> budget.used() == 0);
    }

    private List<JsonNode> letters(String code) {
        List<JsonNode> letters = new ArrayList<>();
        String cursor = "0-0";
        while (!cursor.isEmpty()) {
            Answer page = service.get(LETTERS + "?limit=200&code=" + code + "&cursor=" + cursor, OPERATOR);
            assertThat(page.status()).as(page.whole().body()).isEqualTo(200);
            page.body().get("items").forEach(letters::add);
            cursor = page.text("/next_cursor");
        }
        return letters;
    }

    @Test
    void countsTheRequestsOfAKeyWhoseEnvironmentLimitsThem() throws SQLException {
        // Given
        String key = UUID.randomUUID().toString();
        Keys.add(stack, key, "ingest", 2);
        String turn = Turns.anthropic("limited", key);

        // When
        List<Answer> answers = Stream.generate(() -> service.turn(turn, "Authorization", "Bearer " + key))
                .limit(5)
                .toList();
        Answer unlimited = service.turn(turn);

        // Then: at most two windows were touched
        assertThat(answers.getFirst().status()).isEqualTo(202);
        assertThat(answers.getFirst().header("x-ratelimit-limit")).isEqualTo("2");
        assertThat(answers.getFirst().header("x-ratelimit-remaining")).isEqualTo("1");
        Answer refused = answers.stream()
                .filter(answer -> answer.status() != 202)
                .findFirst()
                .orElseThrow();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text("/code")).isEqualTo("rate_limited");
        assertThat(refused.header("x-ratelimit-remaining")).isEqualTo("0");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 10);
        assertThat(unlimited.status()).isEqualTo(202);
        assertThat(unlimited.header("x-ratelimit-limit")).isEmpty();
    }

    public static final class Small implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "turnkeep.ingest.body.in-flight", "2M",
                    "turnkeep.ingest.rate-limit", "10",
                    "turnkeep.admin.key", OPERATOR,
                    "turnkeep.ingest.trusted.org-header", "X-Org",
                    "turnkeep.ingest.trusted.environment-header", "X-Env");
        }
    }
}

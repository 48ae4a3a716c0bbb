package dev.turnkeep.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.ingest.Service.Answer;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes beside turns as harnesses post them: transcripts, spans, and the letters that are put back. */
@QuarkusTest
@TestProfile(EvidenceIT.Administered.class)
@QuarkusTestResource(value = LocalStackResource.class, restrictToAnnotatedClass = true)
class EvidenceIT {
    static final String OPERATOR = "tk_admin_of_the_tests";
    private static final String LETTERS = "/v1/admin/dead-letters";
    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Inject
    IngestTopics topics;

    @Inject
    RecordLog log;

    @BeforeEach
    void prepare() throws SQLException, InterruptedException {
        Keys.install(stack);
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
    }

    @Test
    void publishesATranscriptBeforeItIsAnswered() {
        // Given
        String session = UUID.randomUUID().toString();
        String body = """
                {"session":{"harness_id":"claude","harness_session_id":"%s"},"agent_id":"a-1","records":[{"n":1},{"n":2}]}""".formatted(session);

        // When
        Answer answer = service.post("/v1/ingest/transcript", body.getBytes(UTF_8), "x-paper-auth-subject", "u1");

        // Then
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(202);
        assertThat(answer.text("/status")).isEqualTo("accepted");
        assertThat(answer.body().get("deduped").asBoolean()).isFalse();
        assertThat(answer.body().get("records").asInt()).isEqualTo(2);
        assertThat(answer.text("/agent_id")).isEqualTo("a-1");
        ConsumerRecord<byte[], byte[]> record = only(stack.transcriptsTopic(), session);
        assertThat(new String(record.key(), UTF_8)).isEqualTo("s36:" + Keys.ORG + "4:test6:claude36:" + session);
        JsonNode transcript = Turns.object(new String(record.value(), UTF_8));
        assertThat(transcript.get("transcript_id").asText()).isEqualTo(answer.text("/transcript_id"));
        assertThat(transcript.at("/session/auth_subject").asText()).isEqualTo("u1");
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, ''",
        "application/json, gzip",
        "application/x-protobuf, ''",
        "application/x-protobuf, gzip"
    })
    void takesSpansOfCallsAsTurnsAndSaysWhatIsNone(String type, String coding) throws IOException {
        // Given
        String session = UUID.randomUUID().toString();
        String attributes = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.conversation.id":"%s",
                "gen_ai.input.messages":[{"role":"user","parts":[{"type":"text","content":"hi"}]}],
                "gen_ai.output.messages":[{"role":"assistant","parts":[{"type":"text","content":"ho"}]}]}""".formatted(session);
        String call = Spans.export("EEE19B7EC3C1B174", attributes);
        String other = Spans.export("EEE19B7EC3C1B175", "{\"http.method\":\"GET\"}");
        String both = call.substring(0, call.length() - 2) + "," + other.substring("{\"resourceSpans\":[".length());
        byte[] body = type.endsWith("json") ? both.getBytes(UTF_8) : Spans.protobuf(both);

        // When
        Answer answer = service.post(
                "/v1/otlp/v1/traces",
                coding.isEmpty() ? body : gzip(body),
                "Content-Type",
                type,
                "Content-Encoding",
                coding);

        // Then
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith(type);
        assertThat(answer.whole().body()).contains("accepted: 1; 1 span is no call of a model");
        assertThat(TurnReader.read(only(stack.turnsTopic(), session).value()).nodes())
                .hasSize(2);
    }

    @Test
    void listsShowsAndPutsBackWhatTheConsumerRefused() {
        // Given: a turn on the dead-letter topic, as the consumer puts it there
        String session = UUID.randomUUID().toString();
        assertThat(service.turn(Turns.anthropic(session, "hello")).status()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> turn = only(stack.turnsTopic(), session);
        Map<String, byte[]> why = Map.of(
                "stage", "session".getBytes(UTF_8),
                "code", "unknown_session".getBytes(UTF_8),
                "detail", session.getBytes(UTF_8),
                "append-time", "2026-03-01T12:00:00Z".getBytes(UTF_8));
        RawJson value = RawJson.of(turn.value(), 0, turn.value().length);
        log.append(List.of(new Outgoing(topics.deadLetters(), new String(turn.key(), UTF_8), value, why)));

        // When
        String id = letter(each -> each.path("detail").asText().equals(session));
        Answer shown = service.get(LETTERS + "/" + id, OPERATOR);
        Answer bytes = service.get(LETTERS + "/" + id + "/value", OPERATOR);
        Answer requeued = requeue(id);
        Answer again = requeue(id);

        // Then
        assertThat(shown.text("/dead_letter/code")).isEqualTo("unknown_session");
        assertThat(shown.body().at("/dead_letter/bytes").asInt()).isEqualTo(turn.value().length);
        assertThat(bytes.whole().body()).isEqualTo(new String(turn.value(), UTF_8));
        assertThat(requeued.text("/requeued/0/turn_id"))
                .isEqualTo(TurnReader.read(turn.value()).id().toString())
                .isEqualTo(again.text("/requeued/0/turn_id"));
        assertThat(TopicReader.all(stack.kafka(), stack.turnsTopic(), each -> holds(each, session)))
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.key()).isEqualTo(turn.key()))
                .allSatisfy(each -> assertThat(each.value()).isEqualTo(turn.value()))
                .filteredOn(each -> each.headers().lastHeader("append-time") != null)
                .hasSize(2)
                .allSatisfy(each -> assertThat(
                                each.headers().lastHeader("append-time").value())
                        .isEqualTo("2026-03-01T12:00:00Z".getBytes(UTF_8)));
    }

    @Test
    void judgesAgainWhatItRefusedItself() {
        // Given
        String session = UUID.randomUUID().toString();
        Answer refused = service.turn(Turns.edited(session, turn -> turn.put("provider", session)));
        byte[] turn = Turns.anthropic(session, "kept as if it had been refused").getBytes(UTF_8);
        Map<String, byte[]> why = Map.of(
                "stage", "ingest".getBytes(UTF_8),
                "org", Keys.ORG.toString().getBytes(UTF_8),
                "environment", "test".getBytes(UTF_8),
                "code", "unsupported_provider".getBytes(UTF_8),
                "detail", ("was not supported then " + session).getBytes(UTF_8));
        log.append(List.of(new Outgoing(topics.deadLetters(), null, RawJson.of(turn, 0, turn.length), why)));

        // When
        String still = letter(each -> each.path("key").asText().endsWith(session));
        String now = letter(each -> each.path("detail").asText().endsWith(session));
        Answer requeued = requeue(still, now, "0-999999999");

        // Then
        assertThat(refused.status()).isEqualTo(422);
        assertThat(requeued.body().get("requeued")).hasSize(1);
        assertThat(requeued.text("/requeued/0/id")).isEqualTo(now);
        assertThat(requeued.body().get("refused").findValuesAsText("code"))
                .containsExactlyInAnyOrder("unsupported_provider", "not_found");
        assertThat(TurnReader.read(only(stack.turnsTopic(), session).value()).id())
                .hasToString(requeued.text("/requeued/0/turn_id"));
    }

    @Test
    void putsBackAllThatMatchesStepByStepAndEachOnce() {
        // Given: letters over all partitions, one of which was put back before
        String detail = UUID.randomUUID().toString();
        List<String> sessions = new ArrayList<>();
        List<Outgoing> kept = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String session = UUID.randomUUID().toString();
            sessions.add(session);
            byte[] turn = Turns.anthropic(session, "hello " + i).getBytes(UTF_8);
            Map<String, byte[]> why = new HashMap<>(Map.of(
                    "stage", "ingest".getBytes(UTF_8),
                    "org", Keys.ORG.toString().getBytes(UTF_8),
                    "environment", "test".getBytes(UTF_8),
                    "code", detail.getBytes(UTF_8),
                    "detail", "as if".getBytes(UTF_8)));
            if (i == 4) {
                why.put("requeued-from", "0-0".getBytes(UTF_8));
            }
            kept.add(new Outgoing(topics.deadLetters(), session, RawJson.of(turn, 0, turn.length), why));
        }
        log.append(kept);

        // When
        List<String> back = new ArrayList<>();
        String cursor = "";
        do {
            Answer step = service.post(
                    LETTERS + "/requeue",
                    ("{\"filter\":{\"code\":\"" + detail + "\"}" + cursor + "}").getBytes(UTF_8),
                    "Authorization",
                    "Bearer " + OPERATOR);
            assertThat(step.status()).as(step.whole().body()).isEqualTo(200);
            assertThat(step.body().get("refused")).isEmpty();
            back.addAll(step.body().get("requeued").findValuesAsText("turn_id"));
            cursor = step.body().has("next_cursor") ? ",\"cursor\":\"" + step.text("/next_cursor") + "\"" : "";
        } while (!cursor.isEmpty());

        // Then
        assertThat(back).hasSize(4).doesNotHaveDuplicates();
        for (String session : sessions.subList(0, 4)) {
            ConsumerRecord<byte[], byte[]> turn = only(stack.turnsTopic(), session);
            assertThat(turn.headers().lastHeader("requeued-from")).isNotNull();
            assertThat(Instant.parse(
                            new String(turn.headers().lastHeader("append-time").value(), UTF_8)))
                    .as("it came no later than it was kept")
                    .isBeforeOrEqualTo(Instant.ofEpochMilli(turn.timestamp()));
        }
        assertThat(TopicReader.all(stack.kafka(), stack.turnsTopic(), each -> holds(each, sessions.getLast())))
                .as("put back before")
                .isEmpty();
    }

    @Test
    void isClosedToEverybodyButTheOperator() {
        for (String path : List.of(LETTERS, LETTERS + "/0-0", LETTERS + "/0-0/value")) {
            assertThat(service.get(path).status()).as(path).isEqualTo(401);
            assertThat(service.get(path, Keys.KEY).status()).as(path).isEqualTo(401);
        }
        assertThat(service.post(LETTERS + "/requeue", "{\"ids\":[\"0-0\"]}".getBytes(UTF_8))
                        .status())
                .isEqualTo(401);
        assertThat(service.get(LETTERS + "/0-999999999", OPERATOR).status()).isEqualTo(404);
        assertThat(service.get(LETTERS + "/nonsense", OPERATOR).status()).isEqualTo(422);
        assertThat(service.get(LETTERS + "?limit=0", OPERATOR).status()).isEqualTo(422);
        assertThat(service.get(LETTERS + "?cursor=x", OPERATOR).status()).isEqualTo(422);
    }

    private Answer requeue(String... ids) {
        String body = "{\"ids\":[\"" + String.join("\",\"", ids) + "\"]}";
        Answer answer = service.post(LETTERS + "/requeue", body.getBytes(UTF_8), "Authorization", "Bearer " + OPERATOR);
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(200);
        return answer;
    }

    /** Looks through all pages, two letters at a time. */
    private String letter(Predicate<JsonNode> wanted) {
        String cursor = "0-0";
        while (true) {
            Answer page = service.get(LETTERS + "?limit=2&cursor=" + cursor, OPERATOR);
            assertThat(page.status()).as(page.whole().body()).isEqualTo(200);
            assertThat(page.body().get("items").size()).isLessThanOrEqualTo(2);
            for (JsonNode item : page.body().get("items")) {
                if (wanted.test(item)) {
                    return item.get("id").asText();
                }
            }
            cursor = page.text("/next_cursor");
            assertThat(cursor).as("a letter is left").isNotEmpty();
        }
    }

    private ConsumerRecord<byte[], byte[]> only(String topic, String session) {
        List<ConsumerRecord<byte[], byte[]>> found =
                TopicReader.all(stack.kafka(), topic, record -> holds(record, session));
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static boolean holds(ConsumerRecord<byte[], byte[]> record, String session) {
        return record.key() != null && new String(record.key(), UTF_8).contains(session);
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    public static final class Administered implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("turnkeep.admin.key", OPERATOR);
        }
    }
}

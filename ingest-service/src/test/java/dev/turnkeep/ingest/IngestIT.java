package dev.turnkeep.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.Service.Answer;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.platform.auth.KeyChanges;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@QuarkusTestResource(value = LocalStackResource.class, restrictToAnnotatedClass = true)
class IngestIT {
    private static final int CAP = 48_933_546;

    private static @Nullable TopicReader turns;

    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Inject
    IngestTopics topics;

    @Inject
    KeyChanges announcement;

    @TestHTTPResource(value = "/health/ready", management = true)
    URI readiness;

    @TestHTTPResource(value = "/metrics", management = true)
    URI metrics;

    @AfterAll
    static void closeReader() {
        if (turns != null) {
            turns.close();
            turns = null;
        }
    }

    @BeforeEach
    void prepare() throws SQLException, InterruptedException {
        Keys.install(stack);
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
    }

    @Test
    void publishesATurnUnderItsSessionsKeyBeforeItIsAnswered() {
        // Given
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        // When
        Answer answer = service.turn(Turns.anthropic("it-accepted", "hello"), "traceparent", trace);

        // Then
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(202);
        assertThat(answer.text("/status")).isEqualTo("accepted");
        assertThat(answer.text("/session/harness_id")).isEqualTo("claude");
        assertThat(answer.text("/session/harness_session_id")).isEqualTo("it-accepted");
        assertThat(answer.body().get("session").size()).isEqualTo(2);
        ConsumerRecord<byte[], byte[]> record = turn(answer.text("/turn_id"));
        TurnRecord turn = TurnReader.read(record.value());
        assertThat(text(record.key()))
                .isEqualTo(turn.address().encoded())
                .isEqualTo("s36:" + Keys.ORG + "4:test6:claude11:it-accepted");
        assertThat(turn.nodes()).hasSize(2);
        assertThat(text(record.headers().lastHeader("traceparent").value())).isEqualTo(trace);
    }

    @Test
    void givesARetryTheSameTurnId() {
        // Given
        String turn = Turns.anthropic("it-retry", "hello");

        // When, Then
        assertThat(service.turn(turn).text("/turn_id"))
                .isEqualTo(service.turn(turn).text("/turn_id"));
    }

    @ParameterizedTest
    @CsvSource({"actor_id, ann, a", "external_id, order-7, e", "session_id, session_00000000000000000000000001, f"})
    void answersWithTheNameThatATurnWasPostedUnder(String member, String value, String tag) {
        // When
        Answer answer =
                service.turn(Turns.edited("x", turn -> turn.putObject("session").put(member, value)));

        // Then
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("/session/" + member)).isEqualTo(value);
        assertThat(answer.body().get("session").has("harness_session_id")).isFalse();
        ConsumerRecord<byte[], byte[]> record = turn(answer.text("/turn_id"));
        assertThat(text(record.key()))
                .startsWith(tag)
                .isEqualTo(TurnReader.read(record.value()).address().encoded());
    }

    @ParameterizedTest
    @MethodSource("dev.turnkeep.ingest.Malformed#all")
    void refusesAMalformedTurnAloneAndInABatchWhereItsNeighboursLand(Malformed malformed) {
        // Given
        String neighbour = Turns.anthropic("it-neighbour", malformed.what());
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        lines.writeBytes(malformed.bytes());
        lines.write('\n');
        lines.writeBytes(neighbour.getBytes(StandardCharsets.UTF_8));

        // When
        Answer alone = service.post("/v1/ingest", malformed.bytes());
        Answer batch = service.post("/v1/ingest/batch", lines.toByteArray(), "Content-Type", "application/x-ndjson");

        // Then
        assertThat(alone.status()).as(alone.whole().body()).isEqualTo(malformed.status());
        assertThat(alone.text("/code")).isEqualTo(malformed.code());
        assertThat(alone.body().has("field")).isEqualTo(malformed.field() != null);
        assertThat(alone.text("/field")).isEqualTo(malformed.field() == null ? "" : malformed.field());
        assertThat(alone.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(alone.text("/error")).isEqualTo(alone.text("/detail")).isNotEmpty();
        assertThat(batch.status()).as(batch.whole().body()).isEqualTo(202);
        assertThat(batch.body().get("accepted").asInt()).isEqualTo(1);
        assertThat(batch.body().get("rejected").asInt()).isEqualTo(1);
        assertThat(batch.text("/errors/0/index")).isEqualTo("0");
        assertThat(batch.text("/errors/0/code")).isEqualTo(malformed.code());
        assertThat(batch.text("/errors/0/field")).isEqualTo(malformed.field() == null ? "" : malformed.field());
        assertThat(batch.text("/turns/0/index")).isEqualTo("1");
        assertThat(turn(batch.text("/turns/0/turn_id"))).isNotNull();
    }

    @Test
    void takesABatchAsAnArrayAndJudgesEachTurnAlone() {
        // Given
        String good = Turns.anthropic("it-array", "hello");
        String bad = Turns.edited("it-array", turn -> turn.put("provider", "acme"));

        // When
        Answer answer = service.batch("{\"turns\":[7," + bad + "," + good + "]}");

        // Then
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("/errors/0/code")).isEqualTo("invalid_envelope");
        assertThat(answer.text("/errors/1/code")).isEqualTo("unsupported_provider");
        assertThat(answer.text("/turns/0/index")).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{\"turns\":[]}, empty_batch",
                "{}, invalid_envelope",
                "{\"turns\":7}, invalid_envelope",
                "{, malformed"
            })
    void refusesABatchThatHoldsNoTurns(String body, String code) {
        // When
        Answer answer = service.batch(body);

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/code")).isEqualTo(code);
    }

    @Test
    void keepsTheOriginalOfAnUnprocessableTurnBeforeItSaysSo() {
        // Given
        String original = Turns.edited("it-dead", turn -> turn.put("provider", "acme"));
        String unkeyed =
                Turns.edited("it-dead", turn -> turn.withObject("/session").put("cwd", "x".repeat(5000)));

        // When
        Answer answer = service.turn(original);
        Answer without = service.batch("{\"turns\":[" + unkeyed + "]}");

        // Then
        assertThat(answer.status()).isEqualTo(422);
        assertThat(without.status()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> letter = deadLetter(original);
        assertThat(text(letter.key())).isEqualTo("s36:" + Keys.ORG + "4:test6:claude7:it-dead");
        assertThat(header(letter, "org")).isEqualTo(Keys.ORG.toString());
        assertThat(header(letter, "environment")).isEqualTo(Keys.ENVIRONMENT);
        assertThat(header(letter, "stage")).isEqualTo("ingest");
        assertThat(header(letter, "code")).isEqualTo("unsupported_provider");
        assertThat(header(letter, "detail")).isEqualTo(answer.text("/detail"));
        assertThat(header(letter, "append-time")).isNotEmpty();
        assertThat(deadLetter(unkeyed).key()).isNull();
    }

    @Test
    void takesCompressedBodies() throws IOException {
        // Given
        byte[] body = Turns.anthropic("it-coded", "hello").getBytes(StandardCharsets.UTF_8);

        // When
        Answer gzip = service.post("/v1/ingest", gzip(body), "Content-Encoding", "gzip");
        Answer zstd = service.post("/v1/ingest", Zstd.compress(body), "Content-Encoding", "zstd");
        Answer plain = service.post("/v1/ingest", body);

        // Then
        assertThat(gzip.status()).as(gzip.whole().body()).isEqualTo(202);
        assertThat(zstd.status()).as(zstd.whole().body()).isEqualTo(202);
        assertThat(gzip.text("/turn_id")).isEqualTo(zstd.text("/turn_id")).isEqualTo(plain.text("/turn_id"));
    }

    @Test
    void stopsAtTheCapWhetherABodyIsLargeOrBecomesSo() throws IOException {
        // Given
        byte[] bomb = gzip(new byte[200_000_000]);

        // When
        Answer coded = service.post("/v1/ingest", bomb, "Content-Encoding", "gzip");
        Answer broken = service.post("/v1/ingest", new byte[100], "Content-Encoding", "zstd");
        Answer unknown = service.post("/v1/ingest", new byte[100], "Content-Encoding", "br");

        // Then
        assertThat(coded.status()).isEqualTo(413);
        assertThat(coded.text("/code")).isEqualTo("too_large");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(unknown.status()).isEqualTo(415);
    }

    @Test
    void takesATurnAsLargeAsTheCapAndNoLarger() {
        // Given
        String empty = Turns.anthropic("it-large", "");
        String largest = Turns.anthropic("it-large", "x".repeat(CAP - empty.length()));

        // When
        Answer accepted = service.turn(largest);
        Answer refused = service.turn(largest + " ");

        // Then
        assertThat(accepted.status()).as(accepted.whole().body()).isEqualTo(202);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(turn(accepted.text("/turn_id")).value().length).isGreaterThan(CAP - 2000);
        assertThat(service.get("/ping").status()).isEqualTo(200);
    }

    @Test
    void needsACredentialThatItKnowsAndThatMayIngest() {
        // Given
        String turn = Turns.anthropic("it-auth", "hello");

        // When
        Answer none = service.turn(turn, "Authorization", "");
        Answer unknown = service.turn(turn, "Authorization", "Bearer tk_test_nobody");
        Answer basic = service.batch(turn, "Authorization", "Basic dTpw");
        Answer reader = service.turn(turn, "Authorization", "Bearer " + Keys.READER);

        // Then
        assertThat(List.of(none.status(), unknown.status(), basic.status())).containsOnly(401);
        assertThat(unknown.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(unknown.text("/code")).isEqualTo("unauthenticated");
        assertThat(reader.status()).isEqualTo(403);
        assertThat(reader.text("/code")).isEqualTo("forbidden");
    }

    @Test
    void stopsTakingARevokedKeyOnceRedisTellsOfIt() throws SQLException, InterruptedException {
        // Given
        Keys.add(stack, "tk_test_revoked", "ingest");
        String turn = Turns.anthropic("it-revoked", "hello");
        assertThat(service.turn(turn, "Authorization", "Bearer tk_test_revoked").status())
                .isEqualTo(202);

        // When
        Keys.revoke(stack, "tk_test_revoked");
        announcement.announce().await().indefinitely();

        // Then
        Eventually.holds(
                "the key is refused",
                () -> service.turn(turn, "Authorization", "Bearer tk_test_revoked")
                                .status()
                        == 401);
    }

    @Test
    void answersWhatTheFrameworkRefusesAsAProblemToo() {
        // When
        Answer absent = service.get("/v2/ingest");
        Answer method = service.delete("/v1/ingest");
        Answer type = service.turn("{}", "Content-Type", "text/plain");
        Answer form = service.turn("{}", "Content-Type", "");

        // Then
        assertThat(absent.status()).isEqualTo(404);
        assertThat(absent.text("/code")).isEqualTo("not_found");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.text("/code")).isEqualTo("method_not_allowed");
        assertThat(type.status()).isEqualTo(415);
        assertThat(form.status()).isEqualTo(415);
        assertThat(List.of(absent, method, type, form)).allSatisfy(answer -> {
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text("/error")).isNotEmpty();
        });
    }

    @Test
    void tellsHowItFares() {
        // Given
        service.turn(Turns.anthropic("it-metrics", "hello"));
        service.turn(Turns.edited("it-metrics", turn -> turn.put("provider", "attacker's choice")));

        // When
        String exposition = Service.get(metrics).whole().body();

        // Then
        assertThat(service.get("/ping").whole().body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(Service.get(readiness).status()).isEqualTo(200);
        assertThat(exposition)
                .contains("turnkeep_ingest_turns_total{outcome=\"accepted\",provider=\"anthropic\"}")
                .contains("turnkeep_ingest_turns_total{outcome=\"unsupported_provider\",provider=\"unknown\"}")
                .contains("turnkeep_ingest_dead_letters_total")
                .contains("turnkeep_ingest_in_flight_bytes 0.0")
                .contains("turnkeep_ingest_kafka_confirm_seconds_bucket")
                .contains("turnkeep_ingest_body_bytes_count")
                .doesNotContain("attacker");
    }

    @Test
    void describesEveryRouteAndEveryStatus() {
        // When
        Answer document = service.get("/openapi?format=json");

        // Then
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.text("/openapi")).startsWith("3.1");
        assertThat(document.body().get("paths").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "/ping",
                        "/v1/ingest",
                        "/v1/ingest/batch",
                        "/v1/ingest/transcript",
                        "/v1/otlp/v1/traces",
                        "/v1/admin/dead-letters",
                        "/v1/admin/dead-letters/{id}",
                        "/v1/admin/dead-letters/{id}/value",
                        "/v1/admin/dead-letters/requeue");
        assertThat(document.body().at("/paths/~1v1~1ingest/post/responses").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("202", "400", "401", "403", "413", "415", "422", "429", "500", "503");
        assertThat(document.body()
                        .at("/paths/~1v1~1ingest~1batch/post/responses")
                        .fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("202", "400", "401", "403", "413", "415", "429", "500", "503");
        assertThat(document.text("/paths/~1v1~1ingest/post/requestBody/content/application~1json/schema/$ref"))
                .isEqualTo("#/components/schemas/TurnEnvelope");
        assertThat(document.body().at("/components/schemas").fieldNames())
                .toIterable()
                .contains("Problem", "TurnEnvelope", "IngestAnswer", "BatchAnswer");
    }

    private ConsumerRecord<byte[], byte[]> turn(String turnId) {
        TopicReader reader = turns;
        if (reader == null) {
            reader = new TopicReader(stack.kafka(), stack.turnsTopic());
            turns = reader;
        }
        List<ConsumerRecord<byte[], byte[]>> found =
                reader.all(record -> text(head(record.value())).contains(turnId));
        assertThat(found).isNotEmpty();
        return found.getFirst();
    }

    private ConsumerRecord<byte[], byte[]> deadLetter(String original) {
        List<ConsumerRecord<byte[], byte[]>> found =
                TopicReader.all(stack.kafka(), stack.deadLetterTopic(), record -> text(record.value())
                        .equals(original));
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static byte[] head(byte[] value) {
        return Arrays.copyOf(value, Math.min(value.length, 200));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return text(record.headers().lastHeader(name).value());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }
}

package dev.turnkeep.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.turnkeep.ingest.Service.Answer;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bodies that are made to hurt, on every route that takes one: each is refused in the caller's face, costs no more memory
 * than a few of the largest bodies would, and the requests beside it are served.
 */
@QuarkusTest
@TestProfile(EvidenceIT.Administered.class)
@QuarkusTestResource(value = LocalStackResource.class, restrictToAnnotatedClass = true)
class HostileIT {
    private static final int CAP = 48_933_546;
    /** What one request may allocate, client and garbage included: reading the largest body doubles a buffer up to it. */
    private static final long MOST = 6L * CAP;

    // Made once: it takes longer than all that is done with them.
    private static final byte[] BOMB = gzip(new byte[200_000_000]);
    private static final byte[] NESTED = gzip(BOMB);
    private static final String KEYS = keys(1_000_000);

    private static final Executor VIRTUAL = task -> Thread.ofVirtual().start(task);

    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Inject
    IngestTopics topics;

    @Inject
    ByteBudget budget;

    /** A route with an envelope for what it takes, in which {@code %s} is a member more. */
    enum Target {
        TURN("/v1/ingest", "application/json", "{\"provider\":\"anthropic\",\"request\":{\"x\":%s}}"),
        BATCH("/v1/ingest/batch", "application/json", "{\"turns\":[],\"x\":%s}"),
        LINES("/v1/ingest/batch", "application/x-ndjson", "{\"provider\":\"anthropic\",\"request\":{\"x\":%s}}"),
        TRANSCRIPT(
                "/v1/ingest/transcript",
                "application/json",
                "{\"session\":{\"harness_session_id\":\"hostile\"},\"records\":[%s]}"),
        SPANS("/v1/otlp/v1/traces", "application/json", "{\"resourceSpans\":[{\"resource\":{\"attributes\":[%s]}}]}"),
        BINARY_SPANS("/v1/otlp/v1/traces", "application/x-protobuf", "%s"),
        REQUEUE("/v1/admin/dead-letters/requeue", "application/json", "{\"ids\":[%s]}");

        private final String path;
        private final String type;
        private final String envelope;

        Target(String path, String type, String envelope) {
            this.path = path;
            this.type = type;
            this.envelope = envelope;
        }

        private String key() {
            return this == REQUEUE ? EvidenceIT.OPERATOR : Keys.KEY;
        }

        private byte[] holding(String value) {
            return envelope.formatted(value).getBytes(UTF_8);
        }
    }

    @BeforeEach
    void prepare() throws SQLException, InterruptedException {
        Keys.install(stack);
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsTooLargeOrBecomesSo(Target target) {
        // Given
        byte[] large = new byte[48 * 1024 * 1024];

        // When / Then
        assertThat(bounded(() -> post(target, BOMB, "Content-Encoding", "gzip")).status())
                .isEqualTo(413);
        assertThat(bounded(() -> post(target, NESTED, "Content-Encoding", "gzip, gzip"))
                        .status())
                .isEqualTo(413);
        assertThat(bounded(() -> post(target, large)).status()).isEqualTo(413);
        assertThat(bounded(() -> service.stream(target.path, new byte[CAP + 1], target.type, target.key()))
                        .status())
                .isEqualTo(413);
        assertThat(budget.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsTooDeepTooManyOrNoText(Target target) {
        // Given
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        List<byte[]> hostile = List.of(
                target.holding(deep),
                target.holding(KEYS),
                KEYS.getBytes(UTF_8),
                bytes(target.holding("\"\u00c0\u00af\"")),
                bytes("{\"\u00ff\":1}".getBytes(UTF_8)));

        for (byte[] body : hostile) {
            // When
            Answer answer = bounded(() -> post(target, body));

            // Then
            if (target == Target.LINES) {
                assertThat(answer.status()).isEqualTo(202);
                assertThat(answer.body().get("accepted").asInt()).isZero();
                assertThat(answer.text("/errors/0/code")).isEqualTo("malformed");
            } else {
                assertThat(answer.status()).as(answer.whole().body()).isEqualTo(400);
                assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            }
        }
        assertThat(budget.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void servesTheNeighboursMeanwhile(Target target) {
        // Given
        String turn = Turns.anthropic("neighbour", target.path);

        // When
        List<CompletableFuture<Answer>> hostile = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            hostile.add(CompletableFuture.supplyAsync(() -> post(target, BOMB, "Content-Encoding", "gzip"), VIRTUAL));
        }
        List<Integer> neighbours = new ArrayList<>();
        do {
            neighbours.add(service.turn(turn).status());
        } while (!hostile.stream().allMatch(CompletableFuture::isDone));

        // Then
        assertThat(hostile)
                .allSatisfy(answer -> assertThat(answer.join().status()).isEqualTo(413));
        assertThat(neighbours).containsOnly(202);
        assertThat(budget.used()).isZero();
    }

    private Answer post(Target target, byte[] body, String... more) {
        List<String> headers =
                new ArrayList<>(List.of("Content-Type", target.type, "Authorization", "Bearer " + target.key()));
        headers.addAll(List.of(more));
        return service.post(target.path, body, headers.toArray(String[]::new));
    }

    /** What is allocated in all bounds what is held at any one moment, whenever the collector runs. */
    private static Answer bounded(Supplier<Answer> request) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        Answer answer = request.get();
        assertThat(threads.getTotalThreadAllocatedBytes() - before)
                .as("bytes allocated")
                .isPositive()
                .isLessThan(MOST);
        return answer;
    }

    private static String keys(int count) {
        StringBuilder keys = new StringBuilder("{\"x\":7");
        for (int i = 0; i < count; i++) {
            keys.append(",\"k").append(i).append("\":0");
        }
        return keys.append('}').toString();
    }

    /** Each character a byte: what was written as one above 127 is no UTF-8 then. */
    private static byte[] bytes(byte[] utf8) {
        return new String(utf8, UTF_8).getBytes(ISO_8859_1);
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}

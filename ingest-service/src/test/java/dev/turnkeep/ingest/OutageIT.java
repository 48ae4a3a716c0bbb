package dev.turnkeep.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.ingest.Service.Answer;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What callers see while an engine is away. Ordered, because only the first test finds Kafka away from the start. */
@QuarkusTest
@QuarkusTestResource(value = OwnEngines.class, restrictToAnnotatedClass = true)
@TestMethodOrder(OrderAnnotation.class)
class OutageIT {
    private static final String TURN = Turns.anthropic("outage", "hello");

    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Nullable
    LocalStack engines;

    @Inject
    IngestTopics topics;

    @TestHTTPResource(value = "/health/ready", management = true)
    URI readiness;

    @BeforeEach
    void prepare() throws SQLException {
        engines().postgres().start();
        engines().redis().start();
        Keys.install(stack);
    }

    @Test
    @Order(1)
    void waitsForKafkaThatIsAwayWhenTheServiceStarts() throws InterruptedException {
        // Given
        Answer before = service.turn(TURN);
        int unready = Service.get(readiness).status();

        // When
        engines().kafka().start();

        // Then
        assertUnavailable(before);
        assertThat(unready).isEqualTo(503);
        Eventually.holds("the turn is accepted", () -> service.turn(TURN).status() == 202);
        Eventually.holds("it is ready", () -> Service.get(readiness).status() == 200);
    }

    @Test
    @Order(2)
    void saysUnavailableWhileKafkaIsDeadAndGoesOnAfterwards() throws InterruptedException {
        // Given
        engines().kafka().start();
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
        assertThat(service.turn(TURN).status()).isEqualTo(202);

        // When: at once, since each waits until it gives Kafka up
        engines().kafka().kill();
        var turn = answer(() -> service.turn(TURN));
        var batch = answer(() -> service.batch("{\"turns\":[" + TURN + "]}"));
        var dead = answer(() -> service.turn(Turns.edited("outage", each -> each.put("provider", "acme"))));

        // Then
        assertUnavailable(turn.join());
        assertUnavailable(batch.join());
        assertUnavailable(dead.join());
        Eventually.holds("it is not ready", () -> Service.get(readiness).status() == 503);
        engines().kafka().start();
        Eventually.holds("the turn is accepted", () -> service.turn(TURN).status() == 202);
        Eventually.holds("it is ready", () -> Service.get(readiness).status() == 200);
    }

    @Test
    @Order(3)
    void goesOnWithTheKeysItKnowsWhilePostgresAndRedisAreAway() throws InterruptedException {
        // Given
        engines().kafka().start();
        Eventually.holds("the turn is accepted", () -> service.turn(TURN).status() == 202);

        // When
        engines().redis().kill();
        engines().postgres().kill();

        // Then
        assertUnavailable(service.turn(TURN, "Authorization", "Bearer tk_test_never_seen"));
        Eventually.holds("Redis is known to be away, and keys are still answered", () -> {
            assertThat(service.turn(TURN).status()).isEqualTo(202);
            return Service.get(readiness).whole().body().contains("\"away\"");
        });
        assertThat(Service.get(readiness).status()).isEqualTo(200);
        engines().postgres().start();
        engines().redis().start();
        Eventually.holds(
                "an unknown key is called unknown again",
                () -> service.turn(TURN, "Authorization", "Bearer tk_test_never_seen")
                                .status()
                        == 401);
    }

    @Test
    @Order(4)
    void stopsTakingARevokedKeyThoughRedisCannotTellOfIt() throws SQLException, InterruptedException {
        // Given
        engines().kafka().start();
        Keys.add(stack, "tk_test_blind", "ingest");
        Eventually.holds(
                "the key is taken",
                () -> service.turn(TURN, "Authorization", "Bearer tk_test_blind")
                                .status()
                        == 202);

        // When
        engines().redis().kill();
        Keys.revoke(stack, "tk_test_blind");

        // Then
        Eventually.holds(
                "the key is refused",
                () -> service.turn(TURN, "Authorization", "Bearer tk_test_blind")
                                .status()
                        == 401);
    }

    private LocalStack engines() {
        return Objects.requireNonNull(engines);
    }

    private static CompletableFuture<Answer> answer(Supplier<Answer> request) {
        return CompletableFuture.supplyAsync(request, task -> Thread.ofVirtual().start(task));
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(503);
        assertThat(answer.text("/code")).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
}

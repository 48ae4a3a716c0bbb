package dev.turnkeep.ingest.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final OrgId ORG = new OrgId(new UUID(0, 1));
    private static final OrgId OTHER = new OrgId(new UUID(0, 2));

    private final AtomicLong now = new AtomicLong();
    private final RateLimit limit = new RateLimit(10, now::get);

    @Test
    void letsASecondsWorthThroughAndThenSaysWhenToComeBack() throws IOException {
        // Given
        for (int i = 0; i < 10; i++) {
            take(ORG, 1);
        }

        // When, Then
        assertThatThrownBy(() -> take(ORG, 1))
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.after()).isEqualTo(Duration.ofMillis(100)));
        assertThatCode(() -> take(OTHER, 1)).doesNotThrowAnyException();
    }

    @Test
    void letsALargeBatchThroughAndHasItPaidForAfterwards() throws IOException {
        // Given
        take(ORG, 30);

        // When
        now.addAndGet(Duration.ofSeconds(2).toNanos());

        // Then
        assertThatThrownBy(() -> take(ORG, 1))
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.after()).isEqualTo(Duration.ofMillis(100)));
        now.addAndGet(Duration.ofMillis(200).toNanos());
        assertThatCode(() -> take(ORG, 1)).doesNotThrowAnyException();
    }

    @Test
    void hasNoLimitWhenNoneIsSet() {
        // Given
        RateLimit none = new RateLimit(0, now::get);

        // When, Then
        assertThatCode(() -> none.paid(ORG, 1_000_000, () -> "done")).doesNotThrowAnyException();
        assertThatCode(() -> none.paid(ORG, 1, () -> "done")).doesNotThrowAnyException();
    }

    @Test
    void aBatchThatKafkaDidNotTakeIsNotPaidFor() {
        // When
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> limit.paid(ORG, 10_000, () -> {
                        throw RetryLater.unavailable("Kafka is not there yet");
                    }))
                    .isInstanceOfSatisfying(RetryLater.class, later -> assertThat(later.problem())
                            .isEqualTo(Problem.UNAVAILABLE));
        }

        // Then
        assertThatCode(() -> limit.admit(ORG)).doesNotThrowAnyException();
        for (int i = 0; i < 10; i++) {
            assertThatCode(() -> take(ORG, 1)).doesNotThrowAnyException();
        }
    }

    @Test
    void oneThatIsTooLargeIsNotPaidForAndOneThatIsRefusedIs() {
        // When
        assertThatThrownBy(() -> limit.paid(ORG, 10, () -> {
                    throw new Invalid(Problem.TOO_LARGE, null, "too large");
                }))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> limit.paid(ORG, 10, () -> {
                    throw Invalid.field("model", "is wrong");
                }))
                .isInstanceOf(Invalid.class);

        // Then
        assertThatThrownBy(() -> take(ORG, 1)).isInstanceOf(RetryLater.class);
    }

    @Test
    void aHugeBatchIsPaidForInAFewSeconds() throws IOException {
        // Given
        take(ORG, 10_000);

        // When
        assertThatThrownBy(() -> limit.admit(ORG)).isInstanceOf(RetryLater.class);
        now.addAndGet(Duration.ofSeconds(5).plusMillis(100).toNanos());

        // Then
        assertThatCode(() -> take(ORG, 1)).doesNotThrowAnyException();
    }

    private void take(OrgId org, int turns) throws IOException {
        assertThat(limit.paid(org, turns, () -> "done")).isEqualTo("done");
    }
}

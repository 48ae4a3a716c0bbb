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
            assertThatThrownBy(() -> limit.paid(ORG, 60, () -> {
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
    void refusesMoreAtOnceThanASecondsWorthSixTimesOver() {
        // When
        assertThatThrownBy(() -> take(ORG, 61)).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.problem()).isEqualTo(Problem.TOO_LARGE);
            assertThat(invalid.detail()).contains("60", "10 per second");
        });

        // Then
        assertThatCode(() -> take(ORG, 60)).as("nothing was taken").doesNotThrowAnyException();
    }

    @Test
    void takesAnExportOfAnySizeAndHasAllOfItPaidForAfterwards() throws IOException {
        // When
        assertThat(limit.<String>paidAfterwards(ORG, 70, () -> "done")).isEqualTo("done");

        // Then: the second's worth that was there, and six seconds
        assertThatThrownBy(() -> limit.admit(ORG)).isInstanceOfSatisfying(RetryLater.class, later -> {
            assertThat(later.problem()).isEqualTo(Problem.RATE_LIMITED);
            assertThat(later.after()).isEqualTo(Duration.ofMillis(6_100));
        });
        now.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThatCode(() -> limit.admit(ORG)).doesNotThrowAnyException();
    }

    @Test
    void theLargestBatchesComeNoFasterThanTheLimitHas() throws IOException {
        // Given
        long turns = 0;

        // When: whoever posts again as soon as it is allowed
        for (int tenths = 0; tenths < 600; tenths++) {
            try {
                take(ORG, 60);
                turns += 60;
            } catch (RetryLater e) {
                assertThat(e.problem()).isEqualTo(Problem.RATE_LIMITED);
            }
            now.addAndGet(Duration.ofMillis(100).toNanos());
        }

        // Then: a minute's worth, and the first batch
        assertThat(turns).isBetween(500L, 660L);
    }

    private void take(OrgId org, int turns) throws IOException {
        assertThat(limit.paid(org, turns, () -> "done")).isEqualTo("done");
    }
}

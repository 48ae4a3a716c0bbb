package dev.turnkeep.ingest.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.platform.http.RetryLater;
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
    void letsASecondsWorthThroughAndThenSaysWhenToComeBack() {
        // Given
        for (int i = 0; i < 10; i++) {
            limit.take(ORG, 1);
        }

        // When, Then
        assertThatThrownBy(() -> limit.take(ORG, 1))
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.after()).isEqualTo(Duration.ofMillis(100)));
        assertThatCode(() -> limit.take(OTHER, 1)).doesNotThrowAnyException();
    }

    @Test
    void letsALargeBatchThroughAndHasItPaidForAfterwards() {
        // Given
        limit.take(ORG, 30);

        // When
        now.addAndGet(Duration.ofSeconds(2).toNanos());

        // Then
        assertThatThrownBy(() -> limit.take(ORG, 1))
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.after()).isEqualTo(Duration.ofMillis(100)));
        now.addAndGet(Duration.ofMillis(200).toNanos());
        assertThatCode(() -> limit.take(ORG, 1)).doesNotThrowAnyException();
    }

    @Test
    void hasNoLimitWhenNoneIsSet() {
        // Given
        RateLimit none = new RateLimit(0, now::get);

        // When, Then
        assertThatCode(() -> none.take(ORG, 1_000_000)).doesNotThrowAnyException();
        assertThatCode(() -> none.take(ORG, 1)).doesNotThrowAnyException();
    }
}

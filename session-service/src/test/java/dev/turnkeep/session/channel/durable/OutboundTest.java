package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutboundTest {
    private static final long LIMIT = 1000;

    private final Outbound outbound = new Outbound(LIMIT);
    private final SessionId one = new SessionId(UUID.randomUUID());
    private final SessionId other = new SessionId(UUID.randomUUID());

    @Test
    void theReadersOfOneSessionHaveAQuarterOfTheRoom() {
        // When
        outbound.admit(one, LIMIT / 4);

        // Then
        assertThat(outbound.isFull(one)).isTrue();
        assertThat(outbound.isFull(other)).isFalse();
        assertThat(outbound.isFull()).isFalse();
        assertThatThrownBy(() -> outbound.admit(one, 1))
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.problem()).isEqualTo(Problem.OVERLOADED));
        outbound.admit(other, 1);
    }

    @Test
    void whatIsRefusedAndWhatIsSentLeavesNothingBehind() {
        // Given
        outbound.admit(one, LIMIT / 4);

        // When
        assertThatThrownBy(() -> outbound.admit(one, 7)).isInstanceOf(RetryLater.class);
        outbound.sent(one, LIMIT / 4);
        outbound.sent(other, 0);

        // Then
        assertThat(outbound.isFull(one)).isFalse();
        outbound.admit(one, LIMIT / 4 - 1);
        assertThat(outbound.isFull(one)).isFalse();
    }

    @Test
    void aNodeThatIsFullHasNoRoomForAnybody() {
        // When
        outbound.add(LIMIT);

        // Then
        assertThat(outbound.isFull(other)).isTrue();
        assertThat(outbound.isShareFull(other)).isFalse();
        assertThatThrownBy(() -> outbound.check(other)).isInstanceOf(RetryLater.class);
    }

    /** Each finds room when it looks; only so many find it when they take it. */
    @Test
    void ofManyThatAskAtOnceOneIsBeyondTheLimitAtMost() {
        // Given
        AtomicInteger admitted = new AtomicInteger();

        // When
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                var unused = threads.submit(() -> {
                    outbound.admit(new SessionId(UUID.randomUUID()), LIMIT / 10);
                    admitted.incrementAndGet();
                });
            }
        }

        // Then
        assertThat(admitted).hasValue(10);
    }
}

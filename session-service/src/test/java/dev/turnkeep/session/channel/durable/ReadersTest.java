package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.log.LogMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadersTest {
    private static final int LIMIT = 3;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Readers readers = new Readers(LIMIT, 1, new LogMetrics(registry), vertx);
    private final SessionId session = new SessionId(UUID.randomUUID());

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void allThatWaitAreSentHomeOnceAndNobodyElseIsLetIn() {
        // Given
        readers.start(new StartupEvent());
        List<Reader> waiting =
                Stream.generate(() -> new Reader(session)).limit(LIMIT).toList();
        waiting.forEach(readers::enter);
        Reader gone = waiting.getLast();
        readers.leave(gone);

        // When
        readers.stop(new ShutdownDelayInitiatedEvent());

        // Then
        assertThat(waiting.subList(0, LIMIT - 1))
                .allSatisfy(reader -> assertThat(reader.sent).hasValue(1));
        assertThat(gone.sent).hasValue(0);
        assertRefused(readers::check, Problem.UNAVAILABLE);
        assertRefused(() -> readers.enter(new Reader(session)), Problem.UNAVAILABLE);
        waiting.forEach(readers::leave);
        assertThat(registry.get("turnkeep_channels_readers").gauge().value()).isZero();
    }

    @Test
    void nobodyIsLetInBeforeTheStart() {
        // When / Then
        assertRefused(() -> readers.enter(new Reader(session)), Problem.UNAVAILABLE);
        readers.start(new StartupEvent());
        assertThatCode(() -> readers.enter(new Reader(session))).doesNotThrowAnyException();
    }

    @Test
    void whoLeavesTwiceMakesRoomForOne() {
        // Given
        readers.start(new StartupEvent());
        List<Reader> waiting =
                Stream.generate(() -> new Reader(session)).limit(LIMIT).toList();
        waiting.forEach(readers::enter);
        assertRefused(() -> readers.enter(new Reader(session)), Problem.RATE_LIMITED);

        // When
        readers.leave(waiting.getFirst());
        readers.leave(waiting.getFirst());

        // Then
        readers.enter(new Reader(session));
        assertRefused(() -> readers.enter(new Reader(session)), Problem.RATE_LIMITED);
        readers.enter(new Reader(new SessionId(UUID.randomUUID())));
    }

    private static void assertRefused(ThrowingCallable asked, Problem why) {
        assertThatThrownBy(asked).isInstanceOfSatisfying(RetryLater.class, later -> assertThat(later.problem())
                .isEqualTo(why));
    }

    private static final class Reader implements Readers.Waiting {
        private final SessionId session;
        private final AtomicInteger sent = new AtomicInteger();

        Reader(SessionId session) {
            this.session = session;
        }

        @Override
        public SessionId session() {
            return session;
        }

        @Override
        public void goHome() {
            sent.incrementAndGet();
        }

        @Override
        public void tick(long nanos) {
            // It waits for ever.
        }
    }
}

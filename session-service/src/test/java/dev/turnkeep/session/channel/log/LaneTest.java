package dev.turnkeep.session.channel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A Postgres that is gone and has not said so. */
class LaneTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final AtomicInteger closed = new AtomicInteger();

    @Test
    void writersAreToldThatNobodyKnowsWhenPostgresDoesNotAnswer() throws InterruptedException {
        // Given
        Lane lane = lane(new Connections(() -> Future.succeededFuture(silent(SqlConnection.class))));

        // When / Then
        assertAway(lane);
        assertAway(lane);
        assertThat(closed).as("connections let go").hasValue(2);
        lane.stop(SOON);
    }

    @Test
    void aConnectionThatComesTooLateIsKeptForTheNext() throws InterruptedException {
        // Given
        Promise<SqlConnection> late = Promise.promise();
        AtomicInteger made = new AtomicInteger();
        Connections connections = new Connections(() -> {
            made.incrementAndGet();
            return late.future();
        });
        Lane lane = lane(connections);
        assertAway(lane);

        // When
        SqlConnection came = silent(SqlConnection.class);
        late.complete(came);

        // Then
        assertThat(connections.take().result()).isSameAs(came);
        assertThat(made).hasValue(1);
        assertThat(closed).hasValue(0);
        lane.stop(SOON);
    }

    @Test
    void whateverGoesWrongTheNextIsStillCommitted() throws InterruptedException {
        // Given
        Lane lane = lane(new Connections(() -> {
            throw new LinkageError("it happens once");
        }));

        // When / Then
        assertAway(lane);
        assertAway(lane);
        lane.stop(SOON);
    }

    private static void assertAway(Lane lane) {
        Pending pending = new Pending(Append.of(StreamAddress.open("s"), List.of(NewRecord.raw(Buffer.buffer("1")))));
        lane.add(pending);
        assertThatThrownBy(
                        () -> pending.outcome().orTimeout(30, TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RetryLater.class, later -> assertThat(later.problem()).isEqualTo(Problem.UNAVAILABLE));
    }

    private static Lane lane(Connections connections) {
        AppendTransaction transaction = new AppendTransaction(
                connections,
                SOON,
                Clock.systemUTC(),
                new LogLimits(1000, 3, Duration.ofDays(7)),
                new LogMetrics(new SimpleMeterRegistry()));
        return new Lane("test", new Lane.Settings(transaction, 10, 1000, SOON, SOON, new Semaphore(1), _ -> {}));
    }

    /** Takes everything, and completes nothing. */
    private <T> T silent(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    case "close" -> {
                        closed.incrementAndGet();
                        yield Future.succeededFuture();
                    }
                    default -> {
                        Class<?> returned = method.getReturnType();
                        if (returned.isInstance(self)) {
                            yield self;
                        }
                        yield returned.equals(Future.class) ? Promise.promise().future() : silent(returned);
                    }
                }));
    }
}

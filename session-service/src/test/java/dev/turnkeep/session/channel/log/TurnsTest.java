package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void soManyAreAskedAtATimeAndTheRestInTheirOrder() {
        // Given
        Turns turns = new Turns(2, LONG);
        Queue<Promise<Integer>> asked = new ArrayDeque<>();
        List<Integer> answered = new ArrayList<>();

        // When
        for (int i = 0; i < 5; i++) {
            int number = i;
            turns.ask(() -> ask(asked).map(number)).onSuccess(answered::add);
        }

        // Then
        assertThat(asked).hasSize(2);
        assertThat(turns.waiting()).isEqualTo(3);
        for (int i = 0; i < 5; i++) {
            asked.remove().complete();
            assertThat(asked).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(answered).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void oneThatFailsMakesRoomAsWell() {
        // Given
        Turns turns = new Turns(1, LONG);
        Queue<Promise<Integer>> asked = new ArrayDeque<>();

        // When
        Future<Integer> first = turns.ask(() -> ask(asked));
        Future<Integer> second = turns.ask(() -> ask(asked));
        asked.remove().fail("refused");
        asked.remove().complete(2);

        // Then
        assertThat(first.failed()).isTrue();
        assertThat(second.result()).isEqualTo(2);
    }

    @Test
    void whoWaitsTooLongIsNotAskedFor() {
        // Given
        Turns turns = new Turns(1, Duration.ZERO.minusSeconds(1));
        AtomicInteger asked = new AtomicInteger();

        // When
        Future<Integer> late = turns.ask(() -> Future.succeededFuture(asked.incrementAndGet()));

        // Then
        assertThat(late.cause()).isInstanceOf(Turns.TooLate.class);
        assertThat(asked).hasValue(0);
    }

    @Test
    void nobodyIsForgottenWhenManyComeAndGoAtOnce() {
        // Given
        Turns turns = new Turns(3, LONG);
        AtomicInteger under = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Integer> answered = new ArrayList<>();

        // When
        List<Future<Integer>> answers = new ArrayList<>();
        try (var answering = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 2000; i++) {
                int number = i;
                answers.add(turns.ask(() -> {
                    most.accumulateAndGet(under.incrementAndGet(), Math::max);
                    Promise<Integer> promise = Promise.promise();
                    answering.execute(() -> {
                        under.decrementAndGet();
                        promise.complete(number);
                    });
                    return promise.future();
                }));
            }
            var unused = await(Future.all(answers), PATIENCE);
        }
        answers.forEach(answer -> answered.add(answer.result()));

        // Then
        assertThat(answered).hasSize(2000);
        assertThat(most.get()).isBetween(1, 3);
    }

    private static Future<Integer> ask(Queue<Promise<Integer>> asked) {
        Promise<Integer> promise = Promise.promise();
        asked.add(promise);
        return promise.future();
    }
}

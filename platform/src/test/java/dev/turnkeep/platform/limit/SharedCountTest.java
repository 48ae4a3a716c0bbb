package dev.turnkeep.platform.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SharedCountTest {
    private static final long FAR = 1_000_000;

    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Long>> answers = new CopyOnWriteArrayList<>();
    private final SharedCount count = new SharedCount(requests -> {
        asked.add(requests);
        answers.add(new CompletableFuture<>());
        return answers.getLast();
    });

    @Test
    void farFromTheLimitNobodyWaitsAndAllAreTold() throws ExecutionException, InterruptedException {
        // Given
        assertThat(first(FAR, 10)).isEqualTo(10);

        // When
        List<Long> numbers = List.of(count.next(FAR), count.next(FAR), count.next(FAR));
        answers.get(1).complete(11L);

        // Then
        assertThat(numbers).containsExactly(11L, 12L, 13L);
        assertThat(asked).containsExactly(1L, 1L, 2L);
    }

    @Test
    void nearTheLimitEverybodyWaitsForWhatOthersHaveCounted() throws ExecutionException, InterruptedException {
        // Given
        assertThat(first(10, 5)).isEqualTo(5);

        // When
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> next = threads.submit(() -> count.next(10));
            until(2);
            answers.get(1).complete(9L);

            // Then
            assertThat(next.get()).isEqualTo(9);
        }
    }

    @Test
    void withoutTheStoreItCountsByItself() throws ExecutionException, InterruptedException {
        // Given
        SharedCount alone = new SharedCount(_ -> CompletableFuture.failedFuture(new IllegalStateException("away")));

        // When / Then
        assertThat(List.of(alone.next(2), alone.next(2), alone.next(2))).containsExactly(1L, 2L, 3L);
    }

    private long first(long limit, long answer) throws ExecutionException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> number = threads.submit(() -> count.next(limit));
            until(1);
            answers.getFirst().complete(answer);
            return number.get();
        }
    }

    private void until(int questions) {
        while (answers.size() < questions) {
            Thread.onSpinWait();
        }
    }
}

package dev.turnkeep.session.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Problem;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class BatchProcessorTest {
    private static final Scope SCOPE = new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test"));

    private final TurnsConfig config = new SmallRyeConfigBuilder()
            .withMapping(TurnsConfig.class)
            .withConverter(
                    io.quarkus.runtime.configuration.MemorySize.class,
                    100,
                    new io.quarkus.runtime.configuration.MemorySizeConverter())
            .withConverter(java.time.Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
            .withDefaultValues(Map.of(
                    "turnkeep.session.turns.retry-min", "1ms",
                    "turnkeep.session.turns.retry-max", "2ms",
                    "turnkeep.session.turns.batch-turns", "8",
                    "turnkeep.session.turns.batch-size", "1M"))
            .build()
            .getConfigMapping(TurnsConfig.class);

    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private final List<String> poison = new ArrayList<>();
    private final List<List<String>> stored = new ArrayList<>();
    private final List<String> buried = new ArrayList<>();
    private final Watch watch = new Watch();
    private final BatchProcessor processor = new BatchProcessor(
            this::store, (source, problem, detail) -> buried.add(problem.code() + "@" + source.offset()), config);

    private static final class Watch implements BatchProcessor.Progress {
        private int failing;
        private int recovered;

        @Override
        public void stored(Outcome outcome) {}

        @Override
        public void deadLetter(Problem problem) {}

        @Override
        public void failing(Instant since) {
            failing++;
        }

        @Override
        public void recovered() {
            recovered++;
        }
    }

    /** Fails as it was told to, refuses batches with a poisoned turn, and stores everything else. */
    private Outcome store(List<PendingTurn> batch) {
        if (!failures.isEmpty()) {
            throw failures.poll();
        }
        List<String> requests =
                batch.stream().map(t -> String.valueOf(t.turn().requestId())).toList();
        if (requests.stream().anyMatch(poison::contains)) {
            throw sqlState("22021");
        }
        stored.add(requests);
        return new Outcome(batch.size(), 0, 0, List.of(), List.of(), List.of(), 0);
    }

    @Test
    void boundsATransactionByTurns() {
        // When
        processor.process(records(20), new Cancellation(), watch);

        // Then
        assertThat(stored).extracting(List::size).containsExactly(8, 8, 4);
    }

    @Test
    void findsPoisonByBisectingAndStoresItsNeighbours() {
        // Given
        poison.addAll(List.of("r-2", "r-7"));

        // When
        var records = records(8);
        processor.process(records, new Cancellation(), watch);

        // Then
        assertThat(stored.stream().flatMap(List::stream)).containsExactly("r-0", "r-1", "r-3", "r-4", "r-5", "r-6");
        assertThat(buried)
                .containsExactly(
                        "poison@" + records.get(2).offset(),
                        "poison@" + records.get(7).offset());
    }

    @Test
    void waitsOutATransientFailureAndDropsNothing() {
        // Given
        for (int i = 0; i < 50; i++) {
            failures.add(new IllegalStateException("pool closed", new IOException()));
            failures.add(sqlState("57P01"));
            failures.add(sqlState("25006"));
            failures.add(sqlState("42P01"));
        }

        // When
        processor.process(records(3), new Cancellation(), watch);

        // Then
        assertThat(stored).containsExactly(List.of("r-0", "r-1", "r-2"));
        assertThat(buried).isEmpty();
        assertThat(watch.failing).isEqualTo(1);
        assertThat(watch.recovered).isEqualTo(1);
    }

    @Test
    void triesConflictsAgainWithoutAnAlarm() {
        // Given
        failures.addAll(
                List.of(sqlState("40001"), sqlState("40P01"), sqlState("23505"), new TurnTransaction.Contention()));

        // When
        processor.process(records(2), new Cancellation(), watch);

        // Then
        assertThat(stored).containsExactly(List.of("r-0", "r-1"));
        assertThat(watch.failing).isZero();
    }

    @Test
    void givesUpOnAUniqueViolationThatKeepsComing() {
        // Given
        for (int i = 0; i < 10; i++) {
            failures.add(sqlState("23505"));
        }

        // When
        processor.process(records(1), new Cancellation(), watch);

        // Then
        assertThat(buried).hasSize(1);
    }

    @Test
    void handsBackWhatItHasNotStoredWhenCancelled() {
        // Given
        Cancellation cancellation = new Cancellation();
        failures.add(sqlState("08006"));
        cancellation.cancel();

        // When / Then
        assertThatThrownBy(() -> processor.process(records(1), cancellation, watch))
                .isInstanceOf(BatchProcessor.Cancelled.class);
        assertThat(stored).isEmpty();
        assertThat(buried).isEmpty();
    }

    @Test
    void buriesWhatIsNotATurnAndStoresTheRest() {
        // Given
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(records(2));
        records.add(1, SampleTurn.in(SCOPE, "s", "x").consumed(new byte[] {1, 2, 3}));

        // When
        processor.process(records, new Cancellation(), watch);

        // Then
        assertThat(stored).containsExactly(List.of("r-0", "r-1"));
        assertThat(buried).containsExactly("unreadable_record@" + records.get(1).offset());
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> SampleTurn.in(SCOPE, "s", "r-" + i).consumed())
                .toList();
    }

    private static PgException sqlState(String state) {
        return new PgException("for the test", "ERROR", state, "");
    }
}

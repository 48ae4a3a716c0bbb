package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamEnd;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupTest {
    @Test
    void everyBatchIsInOneGroupAndInItsPlace() {
        for (int seed = 0; seed < 200; seed++) {
            // Given
            Random random = new Random(seed);
            List<AppendInput> inputs = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                inputs.add(random(random));
            }

            // When
            Deque<AppendInput> waiting = new ArrayDeque<>(inputs);
            List<List<AppendInput>> groups = new ArrayList<>();
            while (!waiting.isEmpty()) {
                groups.add(Group.next(waiting));
            }

            // Then
            assertThat(groups.stream().flatMap(List::stream))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(inputs);
            for (List<AppendInput> group : groups) {
                assertThat(group.stream().skip(1)).allMatch(input -> input.matchSeq() == null);
                assertThat(group)
                        .allMatch(input ->
                                Objects.equals(input.fence(), group.getFirst().fence()));
                assertThat(group.stream().limit(group.size() - 1L)).noneMatch(GroupTest::hasCommand);
                assertThat(group.stream()
                                .mapToInt(input -> input.records().size())
                                .sum())
                        .isLessThanOrEqualTo(
                                Math.max(1000, group.getFirst().records().size()));
            }
        }
    }

    @Test
    void answersEachBatchWithItsOwnRecords() {
        // Given
        Group group = Group.of(List.of(input(2, null, null), input(1, null, null)), UnaryOperator.identity());
        Instant at = Instant.ofEpochMilli(9);
        Appended appended =
                new Appended(new StreamEnd(1, 0, 20, false), List.of(5L, 6L, 7L), null, Collections.nCopies(3, at), at);

        // When
        Buffer acks = group.acks(appended);

        // Then
        assertThat(acks)
                .isEqualTo(Frames.of(Proto.ack(new Ack(new Position(5, 9), new Position(7, 9), new Position(20, 9))))
                        .appendBuffer(Frames.of(
                                Proto.ack(new Ack(new Position(7, 9), new Position(8, 9), new Position(20, 9))))));
    }

    @Test
    void whatComesBeforeABatchThatIsRefusedIsWritten() {
        // Given
        AppendInput bad = new AppendInput(List.of(), null, null);

        // When
        Group some = Group.of(List.of(input(2, null, null), bad, input(1, null, null)), UnaryOperator.identity());
        Group none = Group.of(List.of(bad), UnaryOperator.identity());

        // Then
        assertThat(some.records()).extracting(NewRecord::body).hasSize(2);
        assertThat(some.ends()).containsExactly(2);
        assertThat(Objects.requireNonNull(some.refusal()).status()).isEqualTo(422);
        assertThat(none.ends()).isEmpty();
        assertThat(Objects.requireNonNull(none.refusal()).status()).isEqualTo(422);
    }

    private static AppendInput random(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> input(1, random.nextLong(9), null);
            case 1 -> input(1, null, "token" + random.nextInt(2));
            case 2 ->
                new AppendInput(
                        List.of(new AppendInput.Item(
                                null,
                                List.of(new RecordHeader(Buffer.buffer(), Buffer.buffer("fence"))),
                                Buffer.buffer("t"))),
                        null,
                        null);
            default -> input(1 + random.nextInt(600), null, null);
        };
    }

    private static boolean hasCommand(AppendInput input) {
        return !input.records().getFirst().headers().isEmpty();
    }

    private static AppendInput input(int records, @Nullable Long matchSeq, @Nullable String fence) {
        return new AppendInput(
                Collections.nCopies(records, new AppendInput.Item(null, List.of(), Buffer.buffer("x"))),
                matchSeq,
                fence);
    }
}

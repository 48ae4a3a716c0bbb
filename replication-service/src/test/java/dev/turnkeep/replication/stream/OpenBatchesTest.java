package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.pgoutput.Message.Column;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenBatchesTest {
    private static final Relation ONE = new Relation(1, "public", "one", ReplicaIdentity.DEFAULT, List.of());
    private static final Relation OTHER = new Relation(2, "public", "other", ReplicaIdentity.DEFAULT, List.of());
    private static final Relation ONE_ALTERED =
            new Relation(1, "public", "one", ReplicaIdentity.DEFAULT, List.of(new Column(false, "more", 25, -1)));

    private final List<Batch> handed = new ArrayList<>();
    private final OpenBatches batches = new OpenBatches(new BatchLimits(3, 100, Duration.ofNanos(50)), handed::add);
    private long commit;

    private RowChange change(Relation relation, int size) {
        commit++;
        return new RowChange(
                relation,
                new Insert(relation.oid(), Tuple.ofTexts()),
                new Version(new Lsn(commit), 1),
                Instant.EPOCH,
                7,
                size);
    }

    @Test
    void handsABatchOverWhenItHasItsRows() {
        // When
        for (int i = 0; i < 4; i++) {
            batches.add(change(ONE, 1), 0);
        }

        // Then
        assertThat(handed).singleElement().satisfies(batch -> assertThat(batch.rows())
                .hasSize(3));
    }

    @Test
    void leavesABatchWithoutAnAgeToItsCaller() {
        // Given
        OpenBatches ageless = new OpenBatches(new BatchLimits(3, 100, Duration.ZERO), handed::add);
        ageless.add(change(ONE, 1), 0);

        // When
        ageless.tick(1_000);

        // Then
        assertThat(handed).isEmpty();
        ageless.flush();
        assertThat(handed).hasSize(1);
    }

    @Test
    void handsABatchOverWhenItHasItsBytes() {
        // When
        batches.add(change(ONE, 60), 0);
        batches.add(change(OTHER, 60), 0);
        batches.add(change(ONE, 60), 0);

        // Then
        assertThat(handed).containsExactly(new Batch(ONE, handed.getFirst().rows(), 120));
    }

    @Test
    void handsOverWhatIsOldEnoughAndNothingElse() {
        // Given
        batches.add(change(ONE, 1), 0);
        batches.add(change(OTHER, 1), 20);

        // Then
        batches.tick(49);
        assertThat(handed).isEmpty();
        batches.tick(50);
        assertThat(handed).extracting(Batch::relation).containsExactly(ONE);
        batches.tick(70);
        assertThat(handed).extracting(Batch::relation).containsExactly(ONE, OTHER);
    }

    @Test
    void neverMixesRowsOfTwoDefinitionsOfATable() {
        // When
        batches.add(change(ONE, 1), 0);
        batches.add(change(ONE_ALTERED, 1), 0);
        batches.flush();

        // Then
        assertThat(handed).extracting(Batch::relation).containsExactly(ONE, ONE_ALTERED);
    }
}

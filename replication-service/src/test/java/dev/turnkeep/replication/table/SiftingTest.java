package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SiftingTest {
    private static final int CONSTRAINT = 469;
    private static final int UNKNOWN_TABLE = 60;

    private final List<Long> stored = new ArrayList<>();
    private int tries;

    @Property(tries = 200)
    void storesAllRowsButThoseThatAreRefusedEachOnce(
            @ForAll @IntRange(min = 1, max = 300) int rows,
            @ForAll @Size(max = 10) Set<@IntRange(max = 299) Integer> bad) {
        // Given
        stored.clear();
        Set<Long> poison = new HashSet<>();
        bad.stream().filter(index -> index < rows).forEach(index -> poison.add(index.longValue()));

        // When
        List<Poison> found = new Sifting(refusing(poison, CONSTRAINT)).sift(rows(rows));

        // Then
        assertThat(found).extracting(each -> each.row().version().index()).containsExactlyInAnyOrderElementsOf(poison);
        assertThat(stored)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, rows)
                        .asLongStream()
                        .boxed()
                        .filter(index -> !poison.contains(index))
                        .toList());
    }

    @Test
    void blamesARowForAnythingOnceItsNeighboursWereTaken() {
        List<Poison> found = new Sifting(refusing(Set.of(3L), UNKNOWN_TABLE)).sift(rows(8));
        assertThat(found).extracting(each -> each.row().version().index()).containsExactly(3L);
    }

    @Test
    void blamesNoRowForAnythingThatIsTakenInTheEnd() {
        // Given: a server that flaps refuses two tries, of which the second has one row
        Sifting sifting = new Sifting(rows -> {
            if (++tries == 2 || tries == 1)
                throw new ClickHouseRefusal(UNKNOWN_TABLE, "refused", new IllegalStateException());
            rows.forEach(row -> stored.add(row.row().version().index()));
        });

        // When
        List<Poison> found = sifting.sift(rows(2));

        // Then
        assertThat(found).isEmpty();
        assertThat(stored).containsExactlyInAnyOrder(0L, 1L);
    }

    @Test
    void doesNotBlameManyRowsForAnythingAndSaysForWhat() {
        Sifting sifting = new Sifting(refusing(Set.of(1L, 5L, 9L, 13L, 17L, 21L, 25L, 29L, 33L), UNKNOWN_TABLE));
        assertThatExceptionOfType(Retry.Again.class)
                .isThrownBy(() -> sifting.sift(rows(64)))
                .withMessageContaining("code 60");
    }

    @Test
    void blamesNoRowWhenTheTableItselfIsAtFault() {
        Sifting sifting = new Sifting(rows -> {
            tries++;
            throw new ClickHouseRefusal(UNKNOWN_TABLE, "unknown table", new IllegalStateException());
        });
        assertThatExceptionOfType(Retry.Again.class).isThrownBy(() -> sifting.sift(rows(10_000)));
        assertThat(tries).isLessThan(50);
    }

    @Test
    void doesNotBlameASingleRowWithoutANeighbour() {
        Sifting sifting = new Sifting(refusing(Set.of(0L), UNKNOWN_TABLE));
        assertThatExceptionOfType(Retry.Again.class).isThrownBy(() -> sifting.sift(rows(1)));
    }

    private Sifting.Insert refusing(Set<Long> poison, int code) {
        return rows -> {
            if (rows.stream()
                    .anyMatch(row -> poison.contains(row.row().version().index())))
                throw new ClickHouseRefusal(code, "refused", new IllegalStateException());
            rows.forEach(row -> stored.add(row.row().version().index()));
        };
    }

    private static List<Sifting.EncodedRow> rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> new Sifting.EncodedRow(
                        new TableRow(new RowKey(List.of()), new Version(new Lsn(1), index), false, List.of()),
                        new byte[0]))
                .toList();
    }
}

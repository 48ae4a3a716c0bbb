package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowKeyTest {
    private static final List<PublishedColumn> COLUMNS =
            List.of(new PublishedColumn("id", 25, true), new PublishedColumn("value", 25, false));

    @Test
    void isMadeOfTheKeyColumnsAlone() {
        RowKey key = RowKey.of(COLUMNS, List.of(text("a"), text("b")));
        assertThat(key).isEqualTo(RowKey.of(COLUMNS, List.of(text("a"), Cell.Absent.UNCHANGED)));
        assertThat(key).isNotEqualTo(RowKey.of(COLUMNS, List.of(text("b"), text("b"))));
    }

    @Test
    void hasAValueInEachOfItsColumns() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowKey.of(COLUMNS, List.of(Cell.Absent.NULL, text("b"))))
                .withMessageContaining("id");
    }

    @Test
    void completesOnlyWhatAnUpdateLeftAlone() {
        List<Cell> known = List.of(text("a"), text("large"));
        TableRow row = row(List.of(text("a"), Cell.Absent.UNCHANGED));
        assertThat(row.incomplete()).isTrue();
        assertThat(row.completedBy(known)).isEqualTo(row(known));
        assertThat(row(List.of(text("a"), Cell.Absent.NULL)).completedBy(known).cells())
                .containsExactly(text("a"), Cell.Absent.NULL);
    }

    private static TableRow row(List<Cell> cells) {
        return new TableRow(RowKey.of(COLUMNS, cells), new Version(new Lsn(7), 1), false, cells);
    }

    private static Cell text(String text) {
        return Cell.Present.of(PostgresBytes.text(text));
    }
}

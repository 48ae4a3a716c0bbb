package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Version;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableMappingTest {
    private static final PublishedColumn ID = new PublishedColumn("id", 23, true);
    private static final PublishedColumn NAME = new PublishedColumn("name", 25, false);
    private static final Version VERSION = new Version(new Lsn(2), 1);

    @Test
    void meetsColumnsByNameAndAddsTheVersion() throws Exception {
        // Given
        TableMapping mapping = TableMapping.of(
                "t", List.of(NAME, ID), Map.of("id", "Int32", "name", "Nullable(String)", "more", "UUID"));

        // When
        List<Cell> cells = List.of(Cell.Present.of(PostgresBytes.text("a")), Cell.Present.of(PostgresBytes.int4(7)));
        byte[] row = mapping.encode(new TableRow(RowKey.of(List.of(NAME, ID), cells), VERSION, false, cells));

        // Then
        assertThat(mapping.columnNames()).containsExactly("name", "id", "_version", "_is_deleted");
        assertThat(row).containsExactly(0, 1, 'a', 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void leavesADeletedRowNothingButItsKey() throws Exception {
        TableMapping mapping = TableMapping.of("t", List.of(ID, NAME), Map.of("id", "Int32", "name", "String"));
        List<Cell> cells = List.of(Cell.Present.of(PostgresBytes.int4(7)), Cell.Absent.NULL);
        byte[] row = mapping.encode(new TableRow(RowKey.of(List.of(ID, NAME), cells), VERSION, true, cells));
        assertThat(row).startsWith(7, 0, 0, 0, 0).endsWith(1).hasSize(4 + 1 + 16 + 1);
    }

    @Test
    void saysWhatToRunWhenClickHouseLacksAColumn() {
        assertThatExceptionOfType(SchemaMismatch.class)
                .isThrownBy(() -> TableMapping.of("`d`.`t`", List.of(ID, NAME), Map.of("id", "Int16")))
                .withMessageContaining("ALTER TABLE `d`.`t` ADD COLUMN `name` Nullable(String);")
                .withMessageContaining("ALTER TABLE `d`.`t` MODIFY COLUMN `id` Nullable(Int32);");
    }

    @Test
    void refusesANullWhereThereIsNoneNamingTheColumn() {
        TableMapping mapping = TableMapping.of("t", List.of(ID, NAME), Map.of("id", "Int32", "name", "String"));
        List<Cell> cells = List.of(Cell.Present.of(PostgresBytes.int4(7)), Cell.Absent.NULL);
        assertThatExceptionOfType(Unrepresentable.class)
                .isThrownBy(
                        () -> mapping.encode(new TableRow(RowKey.of(List.of(ID, NAME), cells), VERSION, false, cells)))
                .withMessageContaining("name");
    }
}

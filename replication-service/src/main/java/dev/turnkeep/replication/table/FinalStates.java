package dev.turnkeep.replication.table;

import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.Update;
import dev.turnkeep.replication.pgoutput.Tuple;
import dev.turnkeep.replication.stream.RowChange;
import dev.turnkeep.replication.stream.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Of each row the state after its last change, whatever happened to it in between. Pure, and used once. */
final class FinalStates {
    private final List<PublishedColumn> columns;
    private final Map<RowKey, TableRow> rows = new LinkedHashMap<>();

    private FinalStates(List<PublishedColumn> columns) {
        this.columns = columns;
    }

    /**
     * @param changes of one table, in commit order
     * @return at most one row per key
     */
    static List<TableRow> of(List<PublishedColumn> columns, List<RowChange> changes) {
        FinalStates states = new FinalStates(columns);
        changes.forEach(states::change);
        return List.copyOf(states.rows.values());
    }

    private void change(RowChange change) {
        switch (change.change()) {
            case Insert insert -> present(insert.row(), change);
            case Update update -> {
                // Its identity changed: to ClickHouse it is another row, and the old one is gone.
                if (update.before() != null) deleted(update.before().row(), change.version());
                present(update.row(), change);
            }
            case Delete delete -> deleted(delete.before().row(), change.version());
        }
    }

    private void present(Tuple tuple, RowChange change) {
        List<Cell> cells = Cell.of(tuple);
        TableRow row = new TableRow(RowKey.of(columns, cells), change.version(), false, cells, change.xid());
        TableRow before = rows.get(row.key());
        if (row.incomplete() && before != null && !before.deleted()) row = row.completedBy(before.cells());
        rows.put(row.key(), row);
    }

    private void deleted(Tuple tuple, Version version) {
        List<Cell> cells = Cell.of(tuple);
        RowKey key = RowKey.of(columns, cells);
        rows.put(key, new TableRow(key, version, true, cells));
    }
}

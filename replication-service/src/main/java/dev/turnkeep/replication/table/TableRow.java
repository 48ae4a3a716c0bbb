package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.Version;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of a row after a change.
 *
 * @param cells one per published column; of a deleted row only the key columns have values
 */
record TableRow(RowKey key, Version version, boolean deleted, List<Cell> cells) {

    /** Whether a large value is still to be read from Postgres. */
    boolean incomplete() {
        return !deleted && cells.contains(Cell.Absent.UNCHANGED);
    }

    /** This row, with the values that it does not know taken from another state of it. */
    TableRow completedBy(List<Cell> other) {
        List<Cell> filled = new ArrayList<>(cells);
        for (int i = 0; i < filled.size(); i++) if (filled.get(i) == Cell.Absent.UNCHANGED) filled.set(i, other.get(i));
        return new TableRow(key, version, deleted, List.copyOf(filled));
    }
}

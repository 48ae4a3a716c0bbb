package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.Version;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of a row after a change.
 *
 * @param cells one per published column; of a deleted row only the key columns have values
 * @param xid of the transaction that the state is of, without its epoch; 0 when that can be seen for certain
 */
record TableRow(RowKey key, Version version, boolean deleted, List<Cell> cells, int xid) {

    TableRow(RowKey key, Version version, boolean deleted, List<Cell> cells) {
        this(key, version, deleted, cells, 0);
    }

    /** Whether a large value is still to be read from Postgres. */
    boolean incomplete() {
        return !deleted && cells.contains(Cell.Absent.UNCHANGED);
    }

    /** This row, with the values that it does not know taken from another state of it. */
    TableRow completedBy(List<Cell> other) {
        List<Cell> filled = new ArrayList<>(cells);
        for (int i = 0; i < filled.size(); i++) if (filled.get(i) == Cell.Absent.UNCHANGED) filled.set(i, other.get(i));
        return new TableRow(key, version, deleted, List.copyOf(filled), xid);
    }
}

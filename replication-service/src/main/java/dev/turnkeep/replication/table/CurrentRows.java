package dev.turnkeep.replication.table;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Rows as Postgres has them now. */
interface CurrentRows {
    /**
     * All published columns of the rows that there still are, by key.
     *
     * @param rows whose keys are looked for
     * @throws Retry.Again when Postgres did not answer
     */
    Map<RowKey, List<Cell>> read(Collection<TableRow> rows);
}

package dev.turnkeep.replication.table;

import java.util.List;

/** Rows as Postgres has them now. */
interface CurrentRows {
    /**
     * Reads the values that the first of some rows lack: of as many rows as are held in memory without regret, and at least one.
     *
     * @param rows of one table, not empty
     * @throws Retry.Again when Postgres did not answer
     * @throws dev.turnkeep.replication.stream.StoppedException when Postgres refuses, or hides rows
     * @throws InterruptedException when the service stops
     */
    Piece complete(List<TableRow> rows) throws InterruptedException;

    /**
     * @param rows the completed ones
     * @param taken how many of the given rows are done with
     * @param gone how many of those Postgres does not have any more
     */
    record Piece(List<TableRow> rows, int taken, int gone) {}
}

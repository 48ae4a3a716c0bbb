package dev.turnkeep.replication.table;

import java.util.List;

/** Where rows wait that ClickHouse cannot take. */
interface Quarantine {
    /**
     * Keeps rows; one that is there already, with the same version, is kept once.
     *
     * @throws Retry.Again when that did not work out
     */
    void keep(String table, List<PublishedColumn> columns, List<Poison> rows);
}

package dev.turnkeep.replication.table;

/** A row that ClickHouse cannot take, and why. */
record Poison(TableRow row, String error) {}

/** ClickHouse as this service sees it: a client that says what went wrong, and the schema in numbered files. */
@NullMarked
package dev.turnkeep.replication.clickhouse;

import org.jspecify.annotations.NullMarked;

/** From a row as Postgres sent it to a row that ClickHouse keeps: mapping, batching, writing, quarantine. */
@NullMarked
package dev.turnkeep.replication.table;

import org.jspecify.annotations.NullMarked;

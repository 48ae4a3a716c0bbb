/** A real ClickHouse: the engine as a library, served over ClickHouse's own HTTP protocol by a process of ours. */
@NullMarked
package dev.turnkeep.localstack.clickhouse;

import org.jspecify.annotations.NullMarked;

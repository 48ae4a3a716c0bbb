/** ClickHouse's HTTP interface in front of the engine. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.server;

import org.jspecify.annotations.NullMarked;

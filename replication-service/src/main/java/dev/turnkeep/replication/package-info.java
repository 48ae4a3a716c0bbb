/** Reads what Postgres has committed and brings it to ClickHouse and Kafka. */
@NullMarked
package dev.turnkeep.replication;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.replication.clickhouse;

import org.jspecify.annotations.NullMarked;

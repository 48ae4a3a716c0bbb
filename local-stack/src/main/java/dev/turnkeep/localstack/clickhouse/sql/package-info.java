/** As much SQL as it takes to route a statement: where an INSERT's data begins, which format a result has. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.sql;

import org.jspecify.annotations.NullMarked;

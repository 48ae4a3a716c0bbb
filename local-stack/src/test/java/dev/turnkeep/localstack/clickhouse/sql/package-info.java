@NullMarked
package dev.turnkeep.localstack.clickhouse.sql;

import org.jspecify.annotations.NullMarked;

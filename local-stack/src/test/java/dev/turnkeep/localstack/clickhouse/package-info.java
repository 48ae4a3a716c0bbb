@NullMarked
package dev.turnkeep.localstack.clickhouse;

import org.jspecify.annotations.NullMarked;

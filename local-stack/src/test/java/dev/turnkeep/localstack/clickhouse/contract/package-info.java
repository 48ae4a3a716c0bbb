@NullMarked
package dev.turnkeep.localstack.clickhouse.contract;

import org.jspecify.annotations.NullMarked;

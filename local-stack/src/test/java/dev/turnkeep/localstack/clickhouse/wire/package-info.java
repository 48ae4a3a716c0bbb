@NullMarked
package dev.turnkeep.localstack.clickhouse.wire;

import org.jspecify.annotations.NullMarked;

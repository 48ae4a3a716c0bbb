@NullMarked
package dev.turnkeep.localstack.clickhouse.library;

import org.jspecify.annotations.NullMarked;

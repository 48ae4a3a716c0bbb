/** The engine library, bound by the Foreign Function and Memory API. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.engine;

import org.jspecify.annotations.NullMarked;

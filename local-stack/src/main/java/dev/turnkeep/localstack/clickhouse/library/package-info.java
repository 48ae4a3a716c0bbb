/** Where the engine library comes from, and whether this machine can use it. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.library;

import org.jspecify.annotations.NullMarked;

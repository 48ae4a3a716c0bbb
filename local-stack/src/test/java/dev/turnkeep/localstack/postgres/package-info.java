/** Tests of the Postgres engine. */
@NullMarked
package dev.turnkeep.localstack.postgres;

import org.jspecify.annotations.NullMarked;

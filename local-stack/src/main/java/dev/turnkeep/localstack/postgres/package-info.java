/** A real Postgres server, unpacked from its package. */
@NullMarked
package dev.turnkeep.localstack.postgres;

import org.jspecify.annotations.NullMarked;

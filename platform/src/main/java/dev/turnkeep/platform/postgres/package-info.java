/** Pools of Postgres connections, each with the one role it works under. */
@NullMarked
package dev.turnkeep.platform.postgres;

import org.jspecify.annotations.NullMarked;

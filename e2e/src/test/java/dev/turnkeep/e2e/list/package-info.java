/** Lists of the running system, with its replication. */
@NullMarked
package dev.turnkeep.e2e.list;

import org.jspecify.annotations.NullMarked;

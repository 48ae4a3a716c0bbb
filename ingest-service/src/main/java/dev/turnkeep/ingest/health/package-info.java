/** Whether this instance can take turns. */
@NullMarked
package dev.turnkeep.ingest.health;

import org.jspecify.annotations.NullMarked;

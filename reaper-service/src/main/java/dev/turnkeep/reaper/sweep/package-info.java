/** Ends what Postgres says is due, and makes the liveness index anew. */
@NullMarked
package dev.turnkeep.reaper.sweep;

import org.jspecify.annotations.NullMarked;

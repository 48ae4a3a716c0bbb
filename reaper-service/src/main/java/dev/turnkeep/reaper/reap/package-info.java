/** Ends what the liveness index says is due. */
@NullMarked
package dev.turnkeep.reaper.reap;

import org.jspecify.annotations.NullMarked;

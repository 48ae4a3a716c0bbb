/** The liveness index and the claims, both in Redis: hints that may be lost at any moment. */
@NullMarked
package dev.turnkeep.reaper.index;

import org.jspecify.annotations.NullMarked;

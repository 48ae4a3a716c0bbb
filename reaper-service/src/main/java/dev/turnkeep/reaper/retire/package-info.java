/** Frees the keys of what has long been over. */
@NullMarked
package dev.turnkeep.reaper.retire;

import org.jspecify.annotations.NullMarked;

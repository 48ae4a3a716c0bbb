/** The reaper: what happens to sessions when nothing happens. */
@NullMarked
package dev.turnkeep.reaper;

import org.jspecify.annotations.NullMarked;

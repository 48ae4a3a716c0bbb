/** The invariants of the whole system, compared with what is stored. */
@NullMarked
package dev.turnkeep.reaper.check;

import org.jspecify.annotations.NullMarked;

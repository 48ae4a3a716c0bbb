/** Removes what nobody needs any more. It ends nothing. */
@NullMarked
package dev.turnkeep.reaper.vacuum;

import org.jspecify.annotations.NullMarked;

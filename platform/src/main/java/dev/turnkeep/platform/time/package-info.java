/** The clock, and the ids that are made from it. */
@NullMarked
package dev.turnkeep.platform.time;

import org.jspecify.annotations.NullMarked;

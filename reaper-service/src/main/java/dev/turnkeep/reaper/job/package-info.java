/** Jobs: their schedules, and running them on demand. */
@NullMarked
package dev.turnkeep.reaper.job;

import org.jspecify.annotations.NullMarked;

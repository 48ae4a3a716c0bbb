/** Closes what was given until a time that has passed. */
@NullMarked
package dev.turnkeep.reaper.expire;

import org.jspecify.annotations.NullMarked;

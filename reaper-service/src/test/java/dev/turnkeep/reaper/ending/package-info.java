@NullMarked
package dev.turnkeep.reaper.ending;

import org.jspecify.annotations.NullMarked;

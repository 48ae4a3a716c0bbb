@NullMarked
package dev.turnkeep.reaper.retire;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.reaper.check;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.reaper;

import org.jspecify.annotations.NullMarked;

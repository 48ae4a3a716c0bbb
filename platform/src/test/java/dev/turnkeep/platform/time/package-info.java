@NullMarked
package dev.turnkeep.platform.time;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.platform.start;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.platform.trace;

import org.jspecify.annotations.NullMarked;

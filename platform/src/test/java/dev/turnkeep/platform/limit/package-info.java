@NullMarked
package dev.turnkeep.platform.limit;

import org.jspecify.annotations.NullMarked;

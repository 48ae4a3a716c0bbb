@NullMarked
package dev.turnkeep.platform.log;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.platform.postgres;

import org.jspecify.annotations.NullMarked;

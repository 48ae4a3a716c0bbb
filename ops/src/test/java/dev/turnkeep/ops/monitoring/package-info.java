@NullMarked
package dev.turnkeep.ops.monitoring;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.ops.kubernetes;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.ops.compose;

import org.jspecify.annotations.NullMarked;

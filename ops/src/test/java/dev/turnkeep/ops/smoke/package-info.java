@NullMarked
package dev.turnkeep.ops.smoke;

import org.jspecify.annotations.NullMarked;

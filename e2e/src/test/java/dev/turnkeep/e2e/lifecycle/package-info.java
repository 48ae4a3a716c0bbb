/** How sessions end, in the running system. */
@NullMarked
package dev.turnkeep.e2e.lifecycle;

import org.jspecify.annotations.NullMarked;

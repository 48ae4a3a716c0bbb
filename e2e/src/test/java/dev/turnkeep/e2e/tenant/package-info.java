/** What keeps organisations apart. */
@NullMarked
package dev.turnkeep.e2e.tenant;

import org.jspecify.annotations.NullMarked;

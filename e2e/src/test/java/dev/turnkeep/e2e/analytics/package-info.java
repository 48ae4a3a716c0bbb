/** What analysts see of what was posted. */
@NullMarked
package dev.turnkeep.e2e.analytics;

import org.jspecify.annotations.NullMarked;

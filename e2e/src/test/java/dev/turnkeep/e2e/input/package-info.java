/** What is refused, and how. */
@NullMarked
package dev.turnkeep.e2e.input;

import org.jspecify.annotations.NullMarked;

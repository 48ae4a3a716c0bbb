/** The read API over sessions and turns. */
@NullMarked
package dev.turnkeep.session.read;

import org.jspecify.annotations.NullMarked;

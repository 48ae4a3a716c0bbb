/** Erasure: a session goes with all that is only its own, and stays gone. */
@NullMarked
package dev.turnkeep.session.erase;

import org.jspecify.annotations.NullMarked;

/** The control plane of the session API: create, change, close, hand over. */
@NullMarked
package dev.turnkeep.session.control;

import org.jspecify.annotations.NullMarked;

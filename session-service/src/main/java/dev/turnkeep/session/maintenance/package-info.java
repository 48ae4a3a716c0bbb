/** The operator's commands over everything that is stored. */
@NullMarked
package dev.turnkeep.session.maintenance;

import org.jspecify.annotations.NullMarked;

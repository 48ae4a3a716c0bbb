/** What an operator sees: readiness, and the state of the streams on the management port. */
@NullMarked
package dev.turnkeep.replication.status;

import org.jspecify.annotations.NullMarked;

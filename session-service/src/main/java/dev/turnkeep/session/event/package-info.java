/** Session events: the history, and the outbox that replication publishes. */
@NullMarked
package dev.turnkeep.session.event;

import org.jspecify.annotations.NullMarked;

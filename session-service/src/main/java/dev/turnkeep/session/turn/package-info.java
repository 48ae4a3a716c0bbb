/**
 * From the turns topic into Postgres. {@link dev.turnkeep.session.turn.TurnsConsumer} reads, one
 * {@link dev.turnkeep.session.turn.TurnTransaction} a batch locks, looks, decides and writes.
 */
@NullMarked
package dev.turnkeep.session.turn;

import org.jspecify.annotations.NullMarked;

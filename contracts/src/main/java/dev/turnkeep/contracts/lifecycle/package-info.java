/**
 * The lifecycle's one home: who is alive, when a session ends, which session a turn belongs to. Pure: no clock, no I/O.
 * The store loads rows, calls {@link dev.turnkeep.contracts.lifecycle.TurnFold}, and writes what it returns.
 */
@NullMarked
package dev.turnkeep.contracts.lifecycle;

import org.jspecify.annotations.NullMarked;

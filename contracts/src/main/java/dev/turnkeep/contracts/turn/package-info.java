/** The normalised turn: what ingest publishes and every consumer reads. */
@NullMarked
package dev.turnkeep.contracts.turn;

import org.jspecify.annotations.NullMarked;

/** One turn: its envelope, what is judged about it, its identity, and the record that is published. */
@NullMarked
package dev.turnkeep.ingest.turn;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.ingest.turn;

import org.jspecify.annotations.NullMarked;

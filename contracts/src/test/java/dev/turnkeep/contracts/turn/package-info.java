@NullMarked
package dev.turnkeep.contracts.turn;

import org.jspecify.annotations.NullMarked;

/** Typed ids and their encodings. */
@NullMarked
package dev.turnkeep.contracts.id;

import org.jspecify.annotations.NullMarked;

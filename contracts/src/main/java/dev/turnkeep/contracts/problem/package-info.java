/** The catalogue of problems, and the one exception that carries one. */
@NullMarked
package dev.turnkeep.contracts.problem;

import org.jspecify.annotations.NullMarked;

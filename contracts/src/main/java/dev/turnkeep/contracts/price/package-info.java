/**
 * What a turn costs: price lists, an operator's overrides, and the arithmetic. No clock, no I/O, no binary fractions.
 */
@NullMarked
package dev.turnkeep.contracts.price;

import org.jspecify.annotations.NullMarked;

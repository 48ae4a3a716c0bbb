@NullMarked
package dev.turnkeep.contracts.price;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.contracts.derive;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.contracts.event;

import org.jspecify.annotations.NullMarked;

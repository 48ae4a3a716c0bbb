/** Session events as others read them. */
@NullMarked
package dev.turnkeep.contracts.event;

import org.jspecify.annotations.NullMarked;

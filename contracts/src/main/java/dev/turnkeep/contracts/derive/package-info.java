/** What a turn shows about its session, read out of what was said. */
@NullMarked
package dev.turnkeep.contracts.derive;

import org.jspecify.annotations.NullMarked;

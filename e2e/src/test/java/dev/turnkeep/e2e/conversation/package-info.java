/** Turns become sessions: totals, messages, retries, forks. */
@NullMarked
package dev.turnkeep.e2e.conversation;

import org.jspecify.annotations.NullMarked;

/** Strikes against the running system, and the ledger that must balance afterwards. */
@NullMarked
package dev.turnkeep.e2e.fault;

import org.jspecify.annotations.NullMarked;

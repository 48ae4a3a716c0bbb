/** What operators are told, compared with the running system. */
@NullMarked
package dev.turnkeep.e2e.operations;

import org.jspecify.annotations.NullMarked;

/** What the running system does in a second, beside what its engines can do with the same bytes and the same rows. */
@NullMarked
package dev.turnkeep.benchmarks;

import org.jspecify.annotations.NullMarked;

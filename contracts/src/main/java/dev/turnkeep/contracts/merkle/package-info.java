/** What a message's identity is: its projection, its canonical form, its hash, and the chain they make. */
@NullMarked
package dev.turnkeep.contracts.merkle;

import org.jspecify.annotations.NullMarked;

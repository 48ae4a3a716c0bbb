/** The running system under test: how it is started, and how it is spoken to and looked at from outside. */
@NullMarked
package dev.turnkeep.e2e.system;

import org.jspecify.annotations.NullMarked;

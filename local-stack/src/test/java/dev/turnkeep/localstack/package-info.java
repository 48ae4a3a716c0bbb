/** Tests of the local stack. */
@NullMarked
package dev.turnkeep.localstack;

import org.jspecify.annotations.NullMarked;

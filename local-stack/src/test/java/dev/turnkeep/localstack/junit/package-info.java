/** Tests of the shared engines. */
@NullMarked
package dev.turnkeep.localstack.junit;

import org.jspecify.annotations.NullMarked;

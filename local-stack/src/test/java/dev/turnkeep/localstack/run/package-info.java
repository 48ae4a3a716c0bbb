/** Tests of the runner. */
@NullMarked
package dev.turnkeep.localstack.run;

import org.jspecify.annotations.NullMarked;

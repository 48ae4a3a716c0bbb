/** The engines for tests: started once per build, a space of its own for every test class. */
@NullMarked
package dev.turnkeep.localstack.junit;

import org.jspecify.annotations.NullMarked;

/** What is wrong with a service's settings and surroundings, said in one place as it starts. */
@NullMarked
package dev.turnkeep.platform.start;

import org.jspecify.annotations.NullMarked;

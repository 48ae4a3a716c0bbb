/** What would break in a native image, looked for in the classes as they are compiled. */
@NullMarked
package dev.turnkeep.e2e.image;

import org.jspecify.annotations.NullMarked;

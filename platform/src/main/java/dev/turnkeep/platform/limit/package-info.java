/** How often one caller may ask. */
@NullMarked
package dev.turnkeep.platform.limit;

import org.jspecify.annotations.NullMarked;

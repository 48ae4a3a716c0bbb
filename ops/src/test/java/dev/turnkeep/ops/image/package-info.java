/** What the images are made by. */
@NullMarked
package dev.turnkeep.ops.image;

import org.jspecify.annotations.NullMarked;

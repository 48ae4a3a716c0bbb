@NullMarked
package dev.turnkeep.platform;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.turnkeep.ops.configuration;

import org.jspecify.annotations.NullMarked;

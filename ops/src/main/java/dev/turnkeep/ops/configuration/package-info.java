/** The reference of every setting, made from the interfaces that the services read them by. */
@NullMarked
package dev.turnkeep.ops.configuration;

import org.jspecify.annotations.NullMarked;

/**
 * {@code make smoke}: every feature of a running deployment, used once from outside. What it makes stands in an organisation of
 * its own, under a name that says so.
 */
@NullMarked
package dev.turnkeep.ops.smoke;

import org.jspecify.annotations.NullMarked;

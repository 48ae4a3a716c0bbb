/** Lists of sessions that are right: complete, in order, with current values; and counts, tags and totals. */
@NullMarked
package dev.turnkeep.session.list;

import org.jspecify.annotations.NullMarked;

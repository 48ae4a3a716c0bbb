/** Pages of lists, and the cursors that lead from one to the next. */
@NullMarked
package dev.turnkeep.session.page;

import org.jspecify.annotations.NullMarked;

/** The liveness index: which session's idle deadline is next. A hint in Redis; Postgres decides. */
@NullMarked
package dev.turnkeep.session.live;

import org.jspecify.annotations.NullMarked;

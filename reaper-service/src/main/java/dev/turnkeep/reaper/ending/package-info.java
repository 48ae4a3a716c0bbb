/** Changing sessions in Postgres: lock the rows, then look at what keeps them, then change those still due. */
@NullMarked
package dev.turnkeep.reaper.ending;

import org.jspecify.annotations.NullMarked;

/** Who is calling, whose data it is, and how fast they may. */
@NullMarked
package dev.turnkeep.ingest.caller;

import org.jspecify.annotations.NullMarked;

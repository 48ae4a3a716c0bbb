@NullMarked
package dev.turnkeep.ingest.caller;

import org.jspecify.annotations.NullMarked;

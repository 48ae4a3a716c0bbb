/** What was refused for good: shown to the operator, and put back once its cause is gone. */
@NullMarked
package dev.turnkeep.ingest.deadletter;

import org.jspecify.annotations.NullMarked;

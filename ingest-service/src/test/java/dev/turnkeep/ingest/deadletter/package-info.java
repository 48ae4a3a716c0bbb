@NullMarked
package dev.turnkeep.ingest.deadletter;

import org.jspecify.annotations.NullMarked;

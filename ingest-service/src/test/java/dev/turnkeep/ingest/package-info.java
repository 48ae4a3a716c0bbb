@NullMarked
package dev.turnkeep.ingest;

import org.jspecify.annotations.NullMarked;

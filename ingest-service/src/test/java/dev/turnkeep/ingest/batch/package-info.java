@NullMarked
package dev.turnkeep.ingest.batch;

import org.jspecify.annotations.NullMarked;

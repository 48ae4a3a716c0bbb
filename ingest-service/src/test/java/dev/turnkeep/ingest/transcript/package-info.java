@NullMarked
package dev.turnkeep.ingest.transcript;

import org.jspecify.annotations.NullMarked;

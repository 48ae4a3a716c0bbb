@NullMarked
package dev.turnkeep.ingest.otlp;

import org.jspecify.annotations.NullMarked;

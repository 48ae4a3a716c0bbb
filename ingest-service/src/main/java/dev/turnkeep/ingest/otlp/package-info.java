/** OpenTelemetry's spans of calls to models, taken as turns. */
@NullMarked
package dev.turnkeep.ingest.otlp;

import org.jspecify.annotations.NullMarked;

/** Transcripts that harnesses keep themselves: evidence beside the turns. */
@NullMarked
package dev.turnkeep.ingest.transcript;

import org.jspecify.annotations.NullMarked;

/** Records out: nothing is confirmed before the brokers have it. */
@NullMarked
package dev.turnkeep.ingest.kafka;

import org.jspecify.annotations.NullMarked;

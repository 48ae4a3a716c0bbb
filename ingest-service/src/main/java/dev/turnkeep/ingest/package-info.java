/** Takes turns over HTTP and answers only once Kafka has them. */
@NullMarked
package dev.turnkeep.ingest;

import org.jspecify.annotations.NullMarked;

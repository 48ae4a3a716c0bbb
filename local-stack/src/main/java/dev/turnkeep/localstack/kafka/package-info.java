/** A real Kafka broker in a JVM of its own. */
@NullMarked
package dev.turnkeep.localstack.kafka;

import org.jspecify.annotations.NullMarked;

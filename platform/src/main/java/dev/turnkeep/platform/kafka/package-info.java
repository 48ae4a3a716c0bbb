/** Where Kafka is, and the topics that have to be right before anything is written to them. */
@NullMarked
package dev.turnkeep.platform.kafka;

import org.jspecify.annotations.NullMarked;

/** Session events onto Kafka, in commit order, at least once. */
@NullMarked
package dev.turnkeep.replication.event;

import org.jspecify.annotations.NullMarked;

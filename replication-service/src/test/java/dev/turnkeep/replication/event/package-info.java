@NullMarked
package dev.turnkeep.replication.event;

import org.jspecify.annotations.NullMarked;
